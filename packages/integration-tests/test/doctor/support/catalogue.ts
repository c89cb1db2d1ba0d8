// What @bearmq/migrations keeps to itself, of the build: the doctor's list of what a schema should consist of.
export { type CatalogueObject, readCatalogue } from '../../../../migrations/dist/doctor/catalogue.js';
export { EXPECTED } from '../../../../migrations/dist/doctor/expected-objects.js';
export { judgeServer, type ServerFacts } from '../../../../migrations/dist/doctor/server.js';
