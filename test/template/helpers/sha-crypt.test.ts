import { describe, expect, test } from 'vitest';
import { shaCrypt } from '../../../src/template/helpers/sha-crypt.ts';
import { evaluate } from '../../../src/template/index.ts';
import { scopeOf } from '../values.ts';

const long = 'a very much longer text to encrypt.  This one even stretches over morethan one line.';
const short = 'we have a short salt string but not a short password';

/** Ulrich Drepper's inputs and some more, with what crypt(3) of glibc 2.36 makes of them. */
const vectors: ['sha256' | 'sha512', string, string, number, string][] = [
  ['sha256', 'Hello world!', 'saltstring', 5000, '$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5'],
  [
    'sha256',
    'Hello world!',
    'saltstringsaltstring',
    10000,
    '$5$rounds=10000$saltstringsaltst$3xv.VbSHBb41AL9AvLeujZkZRBAwqFMz2.opqey6IcA',
  ],
  [
    'sha256',
    'This is just a test',
    'toolongsaltstring',
    5000,
    '$5$toolongsaltstrin$Un/5jzAHMgOGZ5.mWJpuVolil07guHPvOW8mGRcvxa5',
  ],
  [
    'sha256',
    long,
    'anotherlongsaltstring',
    1400,
    '$5$rounds=1400$anotherlongsalts$Rx.j8H.h8HjEDGomFU8bDkXm3XIUnzyxf12oP84Bnq1',
  ],
  ['sha256', short, 'short', 77777, '$5$rounds=77777$short$JiO1O3ZpDAxGJeaDIuqCoEFysAe1mZNJRs3pw0KQRd/'],
  [
    'sha256',
    'a short string',
    'asaltof16chars..',
    123456,
    '$5$rounds=123456$asaltof16chars..$gP3VQ/6X7UUEW3HkBn2w1/Ptq2jxPyzV/cZKmF/wJvD',
  ],
  [
    'sha512',
    'Hello world!',
    'saltstring',
    5000,
    '$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1',
  ],
  [
    'sha512',
    'Hello world!',
    'saltstringsaltstring',
    10000,
    '$6$rounds=10000$saltstringsaltst$OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp8vOuZeHBy/YTBmSK6H9qs/y3RnOaw5v.',
  ],
  [
    'sha512',
    'This is just a test',
    'toolongsaltstring',
    5000,
    '$6$toolongsaltstrin$lQ8jolhgVRVhY4b5pZKaysCLi0QBxGoNeKQzQ3glMhwllF7oGDZxUhx1yxdYcz/e1JSbq3y6JMxxl8audkUEm0',
  ],
  [
    'sha512',
    long,
    'anotherlongsaltstring',
    1400,
    '$6$rounds=1400$anotherlongsalts$POfYwTEok97VWcjxIiSOjiykti.o/pQs.wPvMxQ6Fm7I6IoYN3CmLs66x9t0oSwbtEW7o7UmJEiDwGqd8p4ur1',
  ],
  [
    'sha512',
    short,
    'short',
    77777,
    '$6$rounds=77777$short$WuQyW2YR.hBNpjjRhpYD/ifIw05xdfeEyQoMxIXbkvr0gge1a1x3yRULJ5CCaUeOxFmtlcGZelFl5CxtgfiAc0',
  ],
  [
    'sha512',
    'a short string',
    'asaltof16chars..',
    123456,
    '$6$rounds=123456$asaltof16chars..$BtCwjqMJGx5hrJhZywWvt0RLE8uZ4oPwcelCjmw2kSYu.Ec6ycULevoBK25fs2xXgMNrCzIMVcgEJAstJeonj1',
  ],
  [
    'sha512',
    'the minimum number is still observed',
    'roundstoolow',
    1000,
    '$6$rounds=1000$roundstoolow$kUMsbe306n21p9R.FRkW3IGn.S9NPN0x50YhH1xhLsPuWGsUSklZt58jaTfF4ZEQpyUNGc0dqbpBYYBaHHrsX.',
  ],
  [
    'sha512',
    'ünïcode ☃',
    'salt',
    1000,
    '$6$rounds=1000$salt$8gd7r8rxXIktNxgOMtVCTWjrorrZdsrSMvcUUzQrPGVb.dBiCUomyOwJMQ4XOWB1uKFrRLx2clbpw4mOtWJGt/',
  ],
  [
    'sha512',
    '',
    'salt',
    1000,
    '$6$rounds=1000$salt$8.6rbmbp5x0d6GHKoit3wSooHPfMEY9cwCpDMr6.bC46HXi1Eqr7xqKZ9RPwaFW/eCyoUBBNRq1xG/f612CuH0',
  ],
  ['sha256', 'p'.repeat(200), 'x', 1000, '$5$rounds=1000$x$j/ihM8MUBB93gTxQG3wUTYj39KE/kEA7mZZYRTmq4D9'],
];

describe('SHA-crypt', () => {
  test.each(vectors)('%s of "%s", salt %s, %i rounds', (algorithm, password, salt, rounds, expected) => {
    expect(shaCrypt(algorithm, password, salt, rounds)).toBe(expected);
  });
});

describe('password_hash', () => {
  const hash = (rest: string) => String(evaluate(`'x' | password_hash(${rest})`, scopeOf({})));

  test('with a random salt one password has one hash in a run', () => {
    expect(hash('rounds=1000')).toMatch(/^\$6\$rounds=1000\$[./0-9A-Za-z]{16}\$[./0-9A-Za-z]{86}$/);
    expect(hash('rounds=1000')).toBe(hash('rounds=1000'));
    expect(hash("'sha256', salt_size=8, rounds=1000")).toMatch(/^\$5\$rounds=1000\$.{8}\$.{43}$/);
  });

  test('what the scheme does by itself is not written', () => {
    expect(hash("salt='s', rounds=5000")).toMatch(/^\$6\$s\$.{86}$/);
  });

  test('by default it takes long', () => {
    expect(hash("'sha256', salt='s'")).toMatch(/^\$5\$rounds=535000\$s\$/);
  });
});
