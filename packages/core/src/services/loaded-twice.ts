/**
 * What is to be done where an object was made by another copy of the package. A loader such as tsx gives a file that it
 * takes for CommonJS a copy of its own, though only one is installed.
 */
export const IF_LOADED_TWICE: string =
  'if it is one, BearMQ is loaded twice: either two copies are installed (see `npm ls @bearmq/core`), or one of your files ' +
  'is CommonJS and another an ES module (put "type": "module" into package.json, or name both .mts)';
