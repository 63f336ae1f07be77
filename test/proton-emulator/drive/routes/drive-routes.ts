import type { Handler, Method, RouteOptions, Routes } from '../../routes.js';
import type { Drive } from '../drive.js';

/** The routes of Drive: before each of them, what was accepted earlier is done. */
export class DriveRoutes {
  constructor(
    readonly drive: Drive,
    private readonly routes: Routes,
  ) {}

  on(method: Method, template: string, handler: Handler, options: RouteOptions = {}): void {
    this.routes.api(method, template, options, (call) => {
      this.drive.settle();
      return handler(call);
    });
  }
}
