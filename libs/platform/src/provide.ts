import type { Abstract, FactoryProvider, Type } from '@nestjs/common';

/** What can be asked for: a class (abstract ones serve as ports), or a symbol that stands for a value of that type. */
export type Token<T> = Abstract<T> | Type<T> | ValueToken<T>;
export interface ValueToken<T> {
  readonly description: string;
  readonly __type?: T;
}

/** Binds a class free of decorators to its dependencies; a wrong order or type does not compile. */
export const provide = <Args extends unknown[], T>(
  target: new (...args: Args) => T,
  dependencies: { [Key in keyof Args]: Token<Args[Key]> },
): FactoryProvider<T> => ({
  provide: target,
  useFactory: (...args) => new target(...(args as Args)),
  inject: [...(dependencies as unknown as Type[])],
});

/** Binds a port to what a factory makes from its dependencies. */
export const provideAs = <Args extends unknown[], T>(
  port: Token<T>,
  factory: (...args: Args) => T | Promise<T>,
  dependencies: { [Key in keyof Args]: Token<Args[Key]> },
): FactoryProvider<T> => ({
  provide: port as Type<T>,
  useFactory: (...args) => factory(...(args as Args)),
  inject: [...(dependencies as unknown as Type[])],
});

/** A token that stands for a value of type T (settings, a logger). */
export const valueToken = <T>(description: string): ValueToken<T> => Symbol(description) as unknown as ValueToken<T>;
