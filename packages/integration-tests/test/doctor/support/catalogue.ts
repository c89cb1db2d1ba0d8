// What @bearmq/doctor keeps to itself, of the build: the doctor's list of what a schema should consist of.
export { type CatalogueObject, readCatalogue } from '../../../../doctor/dist/catalogue.js';
export { EXPECTED } from '../../../../doctor/dist/expected-objects.js';
export { judgeServer, type ServerFacts } from '../../../../doctor/dist/server.js';
