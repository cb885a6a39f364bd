/** A broker's address as it may be shown: never with the user name and password that it may carry. */
export function withoutCredentials(url: string): string {
  return url.replace(/^([a-z0-9+.-]+:\/\/)[^/]*@/i, '$1');
}
