import { provide, provideAs, valueToken } from './provide.js';

abstract class Port {
  abstract ask(): string;
}
class Answer extends Port {
  constructor(
    private readonly greeting: string,
    private readonly name: { readonly text: string },
  ) {
    super();
  }
  override ask(): string {
    return `${this.greeting}, ${this.name.text}`;
  }
}
class Name {
  readonly text = 'Ada';
}
const GREETING = valueToken<string>('greeting');

describe('a provider', () => {
  it('makes a class from what it depends on, in that order', async () => {
    const { provide: token, inject, useFactory } = provide(Answer, [GREETING, Name]);
    expect([token, inject]).toEqual([Answer, [GREETING, Name]]);
    expect((await useFactory('Hello', new Name())).ask()).toBe('Hello, Ada');
  });

  it('binds a port to what a factory makes', async () => {
    const { provide: token, inject, useFactory } = provideAs(Port, (name: Name) => new Answer('Hi', name), [Name]);
    expect([token, inject]).toEqual([Port, [Name]]);
    expect((await useFactory(new Name())).ask()).toBe('Hi, Ada');
  });

  it('does not compile with dependencies in the wrong order', () => {
    // @ts-expect-error a name is no greeting
    expect(provide(Answer, [Name, GREETING])).toBeDefined();
  });

  it('tells value tokens apart even when they are described alike', () => {
    expect(valueToken('a')).not.toBe(valueToken('a'));
  });
});
