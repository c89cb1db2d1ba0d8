import { jest } from '@jest/globals';

// Core keeps the timers that it finds when it is loaded, unless these are fakes. A test that drives them imports this
// before anything of core.
jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] });
