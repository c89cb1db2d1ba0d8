import { Controller, Get, Module } from '@nestjs/common';

/** Decorators by hand: what compiles the tests takes their syntax for plain JavaScript's. */
class AppController {
  mine(): string {
    return 'mine';
  }
}
Controller()(AppController);
Get('mine')(AppController.prototype, 'mine', Object.getOwnPropertyDescriptor(AppController.prototype, 'mine') as never);

/** A module of a Nest program, with a controller of its own. */
export class AppModule {}
Module({ controllers: [AppController] })(AppModule);
