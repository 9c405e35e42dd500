import { describe, expect, it } from 'vitest';
import { Unknown, type ValueMap } from '../../src/model/value.ts';
import { argumentFaults } from '../../src/util/argument-spec.ts';

const list = { type: 'list', elements: 'int' };
const tls = { type: 'dict', options: { cert: { type: 'path', required: true }, depth: { type: 'int' } } };
const secret = { type: 'dict', options: { pin: { type: 'int', no_log: true } } };

describe('argumentFaults', () => {
  it.each<readonly [ValueMap, ValueMap, readonly string[]]>([
    [{ a: {} }, { a: 'x' }, []],
    [{ a: {} }, { a: 5 }, []],
    [{ a: {} }, { a: [1] }, ['"a" must be a string, not a list']],
    [{ a: { type: 'int' } }, { a: '5' }, []],
    [{ a: { type: 'int' } }, { a: '5.5' }, ['"a" must be a whole number, not a number (5.5)']],
    [{ a: { type: 'float' } }, { a: '5.5' }, []],
    [{ a: { type: 'bool' } }, { a: 'yes' }, []],
    [{ a: { type: 'bool' } }, { a: 'maybe' }, ['"a" must be a boolean, not a string ("maybe")']],
    [{ a: { type: 'raw' }, b: { type: 'json' } }, { a: [1], b: { c: 1 } }, []],
    [{ a: { type: 'bytes' } }, { a: 1024 }, []],
    [{ a: list }, { a: '1,2' }, []],
    [{ a: list }, { a: [1, 'x'] }, ['"a.1" must be a whole number, not a string ("x")']],
    [{ a: { type: 'str', choices: ['x', 'y'] } }, { a: 'z' }, ['"a" must be one of x, y, not "z"']],
    [
      { a: { type: 'list', elements: 'str', choices: ['x'] } },
      { a: ['x', 'z'] },
      ['"a.1" must be one of x, not "z"'],
    ],
    [{ a: { required: true } }, {}, ['"a" is required']],
    [{ a: { required: true } }, { a: null }, ['"a" is required']],
    [{ a: { type: 'int' } }, { a: null }, []],
    [{ a: tls }, { a: { cert: '/c', depth: '2' } }, []],
    [{ a: tls }, { a: { depth: null } }, ['"a.cert" is required']],
    [{ a: tls }, { a: { cert: '/c', dept: 1 } }, ['unknown argument "a.dept"']],
    [
      { a: { type: 'list', elements: 'dict', options: tls.options } },
      { a: [{}] },
      ['"a.0.cert" is required'],
    ],
    [{ a: { type: 'int', required: true } }, { a: new Unknown('later') }, []],
    [{ a: tls }, { a: { depth: new Unknown('later') } }, []],
    [
      { a: { type: 'int', no_log: true } },
      { a: 'hush' },
      ['"a" is not of the type it should have (its value is not shown: no_log)'],
    ],
    [
      { a: secret },
      { a: { pin: 'hush' } },
      ['"a.pin" is not of the type it should have (its value is not shown: no_log)'],
    ],
    [
      { a: { choices: ['x'], no_log: true } },
      { a: 'hush' },
      ['"a" is not one of its choices (its value is not shown: no_log)'],
    ],
    [{ a: { type: 'int' } }, { a: 1, b: 2 }, ['unknown argument "b"']],
  ])('%j with %j', (spec, values, messages) => {
    expect(argumentFaults(spec, values).map(({ message }) => message)).toEqual(messages);
  });

  it('names the argument that a fault is about, and what was meant', () => {
    expect(argumentFaults({ a: tls }, { a: { cert: '/c', dept: 1 } })).toEqual([
      { name: 'a', message: 'unknown argument "a.dept"', hint: 'did you mean "depth"?' },
    ]);
  });
});
