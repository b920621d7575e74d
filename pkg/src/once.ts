/** The elements that the visitor allowed themselves, each for as long as the page lives: the guard lets them load. */
export const allowedOnce = new WeakSet<Element>();
