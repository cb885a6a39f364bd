import { observers } from './index.ts';
import type { ObserverKind } from './observer.ts';

/** The member of the table that an entry below `observe` names. */
export function observerOf({ observer }: { readonly observer: string }): ObserverKind<unknown> {
  return observers[observer as keyof typeof observers] as ObserverKind<unknown>;
}
