/**
 * Makes the banner modal, for the layout in the middle of the page: import it for its effect, beside `center.css`. Esc
 * closes the banner and decides nothing.
 */
export {};
