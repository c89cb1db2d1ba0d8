import { preset } from '../../jest.preset.mjs';

// No server: the database is in the test's own process, and takes some seconds to start.
export default { ...preset(), testTimeout: 60_000 };
