import { posix } from 'node:path';
import { TemplateError } from '../../model/errors.ts';
import { type Helper, helper, listOf, textOf } from './helper.ts';

/** Helpers over paths of hosts (always with `/`) and the control node's environment. */
export const paths: readonly Helper[] = [
  helper('basename', ['path'], 'The last part of a path.', ([path]) => textOf(path).replace(/^.*\//s, '')),
  helper('dirname', ['path'], 'A path without its last part.', ([path]) => parentOf(textOf(path))),
  helper('splitext', ['path'], 'A list: the path without its extension, and the extension.', ([path]) => {
    const text = textOf(path);
    const extension = posix.extname(text);
    return [text.slice(0, text.length - extension.length), extension];
  }),
  helper(
    'path_join',
    ['parts', '...others'],
    'Parts as one path; an absolute part starts anew.',
    ([parts, ...others]) =>
      joinPaths([...(Array.isArray(parts) ? listOf(parts) : [parts]), ...others].map(textOf)),
  ),
  helper('normpath', ['path'], 'A path without `..`, `.` and doubled slashes.', ([path]) =>
    posix.normalize(textOf(path)).replace(/(?<=.)\/$/, ''),
  ),
  helper(
    'relpath',
    ['path', 'start'],
    'A path as seen from another.',
    ([path, start]) => posix.relative(textOf(start), textOf(path)) || '.',
  ),
  helper('env', ['name', 'default?'], "A variable of the control node's environment.", ([name, fallback]) => {
    const value = process.env[textOf(name)] ?? fallback;
    if (value !== undefined) return value;
    throw new TemplateError(`finds no variable ${textOf(name)} in the environment of the control node`, {
      hint: 'give a default as second argument',
    });
  }),
];

/** As Python: the part before the last slash, `''` where there is none. */
function parentOf(path: string): string {
  const at = path.lastIndexOf('/');
  if (at < 0) return '';
  const head = path.slice(0, at + 1);
  return /^\/+$/.test(head) ? head : head.replace(/\/+$/, '');
}

function joinPaths(parts: readonly string[]): string {
  return parts.reduce((path, part) => {
    if (part.startsWith('/') || path === '') return part;
    return path.endsWith('/') ? path + part : `${path}/${part}`;
  });
}
