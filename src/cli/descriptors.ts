import { resolve } from 'node:path';

const descriptor = /^\/(?:dev|proc\/(?:self|[0-9]+))\/(?:stdin|stdout|stderr|fd\/[0-9]+)$/;

/** True of /dev/stdout, /dev/fd/3 and the like: what is open already, whatever it leads to. */
export function isDescriptor(path: string): boolean {
  return descriptor.test(path);
}

/** The standard stream that a path names. */
export function standardStream(path: string): NodeJS.WriteStream | undefined {
  const [, number] = /^\/(?:dev|proc\/self)\/(?:fd\/)?([12]|stdout|stderr)$/.exec(resolve(path)) ?? [];
  if (number === undefined) return undefined;
  return number === '1' || number === 'stdout' ? process.stdout : process.stderr;
}
