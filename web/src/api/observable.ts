import { useEffect, useState } from "preact/hooks";

// A value that tells its listeners when it changes.
export class Observable<T> {
  private readonly listeners_ = new Set<() => void>();

  constructor(private value_: T) {}

  get value(): T {
    return this.value_;
  }

  set(value: T): void {
    if (Object.is(value, this.value_)) return;
    this.value_ = value;
    for (const listener of [...this.listeners_]) listener();
  }

  // Returns what ends the subscription.
  subscribe(listener: () => void): () => void {
    this.listeners_.add(listener);
    return () => void this.listeners_.delete(listener);
  }
}

export function useObservable<T>(observable: Observable<T>): T {
  const [, redraw] = useState({});
  const { value } = observable;
  useEffect(() => {
    if (!Object.is(observable.value, value)) redraw({}); // It changed between drawing and listening.
    return observable.subscribe(() => redraw({}));
  }, [observable]);
  return value;
}
