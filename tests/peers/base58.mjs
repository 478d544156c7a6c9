// Bytes of a base58btc multibase text ("z...").
const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

export function base58btc(text) {
  if (text[0] !== 'z') throw new Error('not base58btc');
  let number = 0n;
  for (const letter of text.slice(1)) {
    const digit = ALPHABET.indexOf(letter);
    if (digit < 0) throw new Error('not base58btc');
    number = number * 58n + BigInt(digit);
  }
  const zeros = /^1*/.exec(text.slice(1))[0].length;
  const hex = number === 0n ? '' : number.toString(16);
  return new Uint8Array([...new Uint8Array(zeros), ...Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex')]);
}
