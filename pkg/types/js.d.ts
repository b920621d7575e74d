/**
 * Importing `consentry/js` offers the engine in JavaScript, a file of its own, to all other entries: it is loaded where
 * WebAssembly is refused, or where the option `engine` is `"js"`.
 *
 * `startEngine` loads it at once, and no WebAssembly; what is created afterwards decides at once. It does nothing where
 * an engine runs already. False says that the file could not be loaded.
 */
export function startEngine(): Promise<boolean>;
