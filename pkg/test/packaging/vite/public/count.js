// Stands for what a site would load only with consent.
window.counted = (window.counted ?? 0) + 1;
