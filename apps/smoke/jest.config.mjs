import { preset } from '../../jest.preset.mjs';

export default { ...preset({ database: true }), testTimeout: 150_000 };
