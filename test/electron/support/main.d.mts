/** In the tests' app, the build's main program lies here. */
export {};
