// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
const lineBreaks = /[\t-\r\u0085\u2028\u2029]+/g;

/** For people: a terminal would obey control characters, so a sign shows that one was there. Line breaks and tabs stay. */
export function withoutControls(text: string): string {
  return text.replaceAll(controls, '\ufffd');
}

/** The same in one line: what others wrote must not begin one. */
export function oneLine(text: string): string {
  return withoutControls(text.replaceAll(lineBreaks, ' '));
}
