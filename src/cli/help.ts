import { Help } from 'commander';

const narrow = 60;
const indent = ' '.repeat(6);

/** Help that is broken between words on a narrow terminal too: there what is said of an option stands below it. */
export const helpLayout: Partial<Help> = {
  minWidthToWrap: 20,
  formatItem(term, termWidth, description, helper) {
    const columns = helper.helpWidth ?? 80;
    if (columns >= narrow || description === '')
      return Help.prototype.formatItem.call(helper, term, termWidth, description, helper);
    const below = helper.boxWrap(description, columns - indent.length);
    return `  ${term}\n${indent}${below.replaceAll('\n', `\n${indent}`)}`;
  },
  styleUsage(this: Help, usage) {
    return this.boxWrap(usage, (this.helpWidth ?? 80) - 'Usage: '.length).replaceAll('\n', '\n  ');
  },
};
