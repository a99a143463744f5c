// The app bridge names each message by crypto.randomUUID, which browsers offer on https and localhost only. Without it the bridge would
// fail before saying a word, for example in a shop that is tried at http://192.168.….
crypto.randomUUID ??= () =>
  "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
    (Number(digit) ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (Number(digit) / 4)))).toString(16),
  );
