type Why = { readonly reason: string; readonly hint: string };

/** What the system's refusal to listen means, and what to do; undefined where its own words must do. */
export function whyNotListening(code: string | undefined, host: string, port: number): Why | undefined {
  if (code === 'EADDRINUSE') {
    const reason = `port ${port} of ${host} is in use`;
    return { reason, hint: 'end the program that listens there, or take another port; 0 takes a free one' };
  }
  if (code === 'EACCES') {
    const reason = `no permission to listen on port ${port} of ${host}`;
    return { reason, hint: 'take a port above 1023: those below are for root' };
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    const reason = `${host} is no address of this machine`;
    return { reason, hint: 'take 127.0.0.1 for this machine only, 0.0.0.0 for all of its addresses' };
  }
  return undefined;
}
