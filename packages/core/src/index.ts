export { BearError } from './errors.ts';
