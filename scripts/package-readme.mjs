// Makes the page that npm shows of `bearmq` from the README: node scripts/package-readme.mjs [--print].
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';

const HOME = 'https://github.com/bearmq/bearmq/blob/HEAD/';
const RAW = 'https://raw.githubusercontent.com/bearmq/bearmq/HEAD/';
const PICTURE = /\.(?:png|svg)$/;

const top = new URL('../README.md', import.meta.url);
const page = new URL('../packages/bearmq/README.md', import.meta.url);

/** npm knows no other file of the repository, so links lead there. @type {(target: string) => string} */
const absolute = (target) => {
  if (/^(?:https?:|#)/.test(target)) return target;
  return `${PICTURE.test(target) ? RAW : HOME}${target}`;
};

const made = readFileSync(top, 'utf8')
  .replaceAll(/\]\(([^)\s]+)\)/g, (_link, target) => `](${absolute(target)})`)
  .replaceAll(/(src|srcset|href)="([^"]+)"/g, (_attribute, name, target) => `${name}="${absolute(target)}"`);

if (process.argv.includes('--print')) process.stdout.write(made);
else writeFileSync(page, made);
