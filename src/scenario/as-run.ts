import { resolve } from 'node:path';
import { stringify } from 'yaml';
import { mask, maskSecrets } from '../base/secrets.ts';
import { parseBrokerUrl } from './broker-url.ts';
import { type Environment, escapeReferences, namesIn, substituteAgain } from './environment.ts';
import type { Path } from './source.ts';

/** A scenario as it ran, so that it can run again: after edits, its variables replaced, its secrets left out. */
export type AsRun = {
  /** YAML. A variable that holds a secret is still its ${NAME}. */
  readonly text: string;
  /** Where a secret was left out that no variable held, as paths for `--set`. */
  readonly secrets: readonly string[];
};

/** Any form of one variable and nothing else. */
const oneVariable = /^\$\{([A-Za-z_][A-Za-z0-9_]*)(?::[-?][^}]*)?\}$/;
/** What it holds is asked for again, wherever it stands. */
const secretName = /pass|pwd|secret|token|credential|auth|key/i;
const files: readonly PropertyKey[] = ['ca', 'cert', 'key'];

/** `written`: the values with their variables, `value`: without. `folderOf`: from where a path of a file counts. */
export function asRun(
  written: unknown,
  value: unknown,
  name: string,
  env: Environment,
  folderOf: (path: Path) => string,
): AsRun {
  const writing = new Writing(env, folderOf);
  // The first time finds out which variables hold secrets: they may stand in other places too.
  writing.write(written, value, []);
  writing.secrets = [];
  const whole = writing.write(written, value, []);
  return { text: stringify({ name, ...(whole as object) }, { lineWidth: 0 }), secrets: writing.secrets };
}

class Writing {
  readonly #env: Environment;
  readonly #folderOf: (path: Path) => string;
  readonly #secretNames = new Set<string>();
  secrets: string[] = [];

  constructor(env: Environment, folderOf: (path: Path) => string) {
    this.#env = env;
    this.#folderOf = folderOf;
  }

  write(written: unknown, value: unknown, path: Path): unknown {
    if (typeof value === 'object' && value !== null) {
      const below = (key: PropertyKey, one: unknown) =>
        this.write((written as Record<PropertyKey, unknown>)[key], one, [...path, key]);
      if (Array.isArray(value)) return value.map((one, i) => below(i, one));
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, below(key, one)]));
    }
    if (value === null || value === '') return value;
    if (isSecret(path)) return this.#secret(String(written), path);
    // What a variable held may be read as a number.
    if (typeof value !== 'string') return this.#isKept(written) ? written : value;
    if (isUrl(path)) return this.#url(String(written), value, path);
    const absolute = isFile(path) ? resolve(this.#folderOf(path), value) : undefined;
    return absolute === undefined ? this.#text(String(written), path) : escapeReferences(absolute);
  }

  #isKept(written: unknown): boolean {
    return typeof written === 'string' && namesIn(written).some((name) => this.#keeps(name));
  }

  readonly #keeps = (name: string): boolean => this.#secretNames.has(name) || secretName.test(name);

  #secret(written: string, path: Path): string {
    const name = oneVariable.exec(written)?.[1];
    if (name === undefined) return this.#leftOut(path, mask);
    this.#secretNames.add(name);
    return `\${${name}}`;
  }

  #leftOut(path: Path, rest: string): string {
    this.secrets.push(path.map(String).join('.'));
    return rest;
  }

  #text(written: string, path: Path): string {
    const text = substituteAgain(written, this.#env, this.#keeps);
    const masked = maskSecrets(text);
    // Of words about the scenario nothing depends on them.
    return masked === text || path.length === 1 ? masked : this.#leftOut(path, masked);
  }

  /** Without the password and the query, which may be a signed one. */
  #url(written: string, value: string, path: Path): string {
    const address = parseBrokerUrl(value);
    if ('rule' in address) return this.#text(written, path);
    const { url, username, password } = address;
    const query = url.indexOf('?');
    if (password === undefined && query < 0) return this.#text(written, path);
    const kept = query < 0 ? this.#keptUrl(written) : oneVariable.exec(written)?.[0];
    if (kept !== undefined) return kept;
    const user = username === undefined ? '' : `${encodeURIComponent(username)}@`;
    if (password !== undefined) this.#leftOut([...path.slice(0, 2), 'password'], '');
    const shown = query < 0 ? url : this.#leftOut(path, `${url.slice(0, query)}?${mask}`);
    return escapeReferences(shown.replace('://', `://${user}`));
  }

  /** With the variables that hold its password; undefined where the password itself is written there. */
  #keptUrl(written: string): string | undefined {
    const whole = oneVariable.exec(written)?.[1];
    if (whole !== undefined) {
      this.#secretNames.add(whole);
      return `\${${whole}}`;
    }
    const at = written.lastIndexOf('@') + 1;
    const head = at === 0 ? written : written.slice(0, at);
    const names = namesIn(head);
    if (names.length === 0 || maskSecrets(head) !== head || head.includes(':-')) return undefined;
    for (const name of names) this.#secretNames.add(name);
    return head + (at === 0 ? '' : substituteAgain(written.slice(at), this.#env, this.#keeps));
  }
}

function isSecret(path: Path): boolean {
  const isHeader = path.at(-2) === 'headers' && (path[0] === 'brokers' || path.includes('json'));
  return path.at(-1) === 'password' || isHeader;
}

function isUrl([first, , last = 'url', ...more]: Path): boolean {
  return first === 'brokers' && last === 'url' && more.length === 0;
}

function isFile(path: Path): boolean {
  return path[0] === 'brokers' && path[2] === 'tls' && files.includes(path[3] as PropertyKey);
}
