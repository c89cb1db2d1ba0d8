import { preset } from '../../jest.preset.mjs';

export default { ...preset(), testMatch: ['<rootDir>/{test,e2e}/**/*.test.ts'], testTimeout: 120_000 };
