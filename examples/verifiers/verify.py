#!/usr/bin/env python3
"""Verifies a Counterfoil receipt (JSON or PDF): verify.py RECEIPT POLICY [DOCUMENT...]. Exit code 0 if everything holds, 1 with the
failure's name if not. One file, Python 3.8 or later and nothing else. The steps are those of docs/format/README.md."""
import base64, datetime, hashlib, hmac, json, re, sys, unicodedata, zlib

class Fail(Exception): pass
def need(holds, name='bad-encoding'):
    if not holds: raise Fail(name)
    return holds
def sha(*parts): return hashlib.sha256(b''.join(parts)).digest()
def matches(form, text): return isinstance(text, str) and re.fullmatch(form, text, re.A) is not None
def decimal(text): return need(matches('0|[1-9][0-9]{0,15}', text) and int(text) < 2**53 and [int(text)])[0]
def b64(text, size=None):  # one value, one spelling: encoding again must give the same text
    data = base64.b64decode(text, validate=True)
    return need(base64.b64encode(data).decode() == text and size in (None, len(data)) and data)

# --- Ed25519 (RFC 8032, 5.1.7), for public inputs only. Points in extended coordinates: x, y, z, xy/z
P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
def add(a, b):
    s, t = (a[1] - a[0]) * (b[1] - b[0]), (a[1] + a[0]) * (b[1] + b[0])
    u, v = 2 * a[3] * b[3] * D, 2 * a[2] * b[2]
    e, f, g, h = t - s, v - u, v + u, t + s
    return e * f % P, g * h % P, f * g % P, e * h % P
def times(n, point):
    total = (0, 1, 1, 0)
    for bit in bin(n)[2:]:
        total = add(total, total)
        if bit == '1': total = add(total, point)
    return total
def point(data):  # y, and the lowest bit of x on top
    y, odd = int.from_bytes(data, 'little') % 2**255, data[31] >> 7
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P: x = x * pow(2, (P - 1) // 4, P) % P
    need(y < P and (x * x - square) % P == 0 and not (x == 0 and odd), 'bad-signature')
    x = P - x if x % 2 != odd else x
    return x, y, 1, x * y % P
def check_signature(key, message, signature):
    s = int.from_bytes(signature[32:], 'little')
    need(len(signature) == 64 and s < ORDER, 'bad-signature')
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), 'little') % ORDER
    base = point((4 * pow(5, -1, P) % P).to_bytes(32, 'little'))
    a, b = times(s, base), add(point(signature[:32]), times(k, point(key)))
    need((a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0, 'bad-signature')

# --- the policy (C2SP tlog-policy): which logs count, and which witnesses must have signed. A key: name, id, type, public key
def read_policy(text):
    logs, names, said = [], {'none': None}, set()
    def new(*what): need(what not in said); said.add(what)
    def key(vkey, types, use):  # NAME+ID+BASE64(type, key); the id is made of all three
        name, keyid, data = re.fullmatch(r'([^+\s]+)\+([0-9a-f]{8})\+(.+)', vkey).groups()
        data = b64(data)
        need(data[0] in types and len(data) == (1313 if data[0] == 6 else 33) and sha(name.encode(), b'\n', data)[:4].hex() == keyid)
        new(use, data[1:])
        return name, keyid, data[0], data[1:]
    need(not re.search('[\0-\x08\x0b-\x1f\x7f]', text))
    for word, *rest in filter(None, (re.findall('[^ \t]+', line) for line in text.split('\n'))):
        if word.startswith('#'): continue
        need(len(rest) <= {'log': 2, 'witness': 3, 'quorum': 1, 'group': len(rest)}[word])
        if word in ('witness', 'group'): need(rest[0] not in names)
        if word == 'log': logs.append(key(rest[0], (1, 4, 6), 'log'))
        elif word == 'witness': names[rest[0]] = key(rest[1], (4, 6), 'witness')
        elif word == 'quorum':
            new('quorum')
            quorum = need(rest[0] in names and rest[0])
        else:
            for one in rest[2:]:
                need(one in names and one != 'none')
                new('member', one)
            count = {'all': len(rest) - 2, 'any': 1}.get(rest[1]) or decimal(rest[1])
            names[rest[0]] = need(1 <= count <= len(rest) - 2 and (count, rest[2:]))
    return logs, names, quorum
def met(names, name, signed):
    what = names[name]
    if what is None or len(what) == 4: return what is None or what in signed
    return sum(met(names, one, signed) for one in what[1]) >= what[0]

# --- the entry: RFC 8785 for what entries may hold
def once(pairs): return need(len(dict(pairs)) == len(pairs)) and dict(pairs) if pairs else {}
def integer(text): return int(need(text != '-0' and text, 'not-canonicalisable'))
def canonical(value, documents, depth=0):
    strange = 'not-canonicalisable'
    if isinstance(value, str):
        need(not re.search('[\ud800-\udfff]', value) and unicodedata.normalize('NFC', value) == value, strange)
    elif isinstance(value, (int, float)): need(isinstance(value, int) and abs(value) < 2**53, strange)
    elif isinstance(value, (list, dict)): need(depth <= 32, strange)
    if isinstance(value, list): return '[' + ','.join(canonical(one, documents, depth + 1) for one in value) + ']'
    if not isinstance(value, dict): return json.dumps(value, ensure_ascii=False)
    if depth and 'sha256' in value:
        name, form = r'[\w!#$&^.+-]+', '[0-9a-f]{64}'
        need(set(value) == {'sha256', 'bytes', 'name', 'type'} and matches(form, value['sha256']) and value['name'], 'bad-entry')
        need(type(value['bytes']) is int and value['bytes'] >= 0 and matches(f'{name}/{name}(;[ -~]*)?', value['type']), 'bad-entry')
        documents.append((value['sha256'], value['bytes']))
    keys = sorted(value, key=lambda key: key.encode('utf-16-be', 'surrogatepass'))
    return '{' + ','.join(canonical(key, []) + ':' + canonical(value[key], documents, depth + 1) for key in keys) + '}'
UUID, WORD = '[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}', '[a-z][a-z0-9]*(-[a-z0-9]+)*'
DATE = r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z'
FORMS = {'kind': rf'{WORD}\.{WORD}', 'id': UUID, 'by': '[!-~]{1,200}', 'occurredAt': DATE, 'recordedAt': DATE,
         'audience': 'public|parties|own'}
def check_entry(entry, documents):
    bad = 'bad-entry'
    need(isinstance(entry, dict) and {*FORMS, 'v', 'matter', 'body'} == set(entry) - {'corrects'}, bad)
    need(entry['v'] == 1 and type(entry['v']) is int and isinstance(entry['body'], dict), bad)
    text = canonical(entry, documents).encode()
    need(all(matches(form, entry[name]) for name, form in FORMS.items()), bad)
    need((entry['matter'] is None or matches(UUID, entry['matter'])) and matches(UUID, entry.get('corrects', entry['id'])), bad)
    try: [datetime.datetime.strptime(entry[name], '%Y-%m-%dT%H:%M:%S.%fZ') for name in ('occurredAt', 'recordedAt')]
    except ValueError: raise Fail(bad)
    return need(len(text) <= 60000 and text, 'too-large')

# --- the log: RFC 9162's walk to the root, and the signed note
def root_of(index, size, node, hashes):
    at, last = index, size - 1
    need(at <= last, 'not-included')
    for other in hashes:
        need(last > 0, 'not-included')
        left = at % 2 or at == last
        node = sha(b'\1', other, node) if left else sha(b'\1', node, other)
        while left and at % 2 == 0 and at > 0: at, last = at // 2, last // 2
        at, last = at // 2, last // 2
    return need(last == 0 and node, 'not-included')
def check_note(note, keys):
    text, lines = note[:note.rindex('\n\n') + 1], note[note.rindex('\n\n') + 2:].split('\n')
    need(lines.pop() == '' and 0 < len(lines) <= 100 and not re.search('[\0-\t\x0b-\x1f]', note))
    signed = []
    for line in lines:
        name, data = re.fullmatch('— ([^ +\x85\xa0\u2028\u2029\u3000]+) ([^ ]+)', line).groups()
        data = b64(data)
        need(len(data) > 4)
        for key in keys:
            if key[2] == 6 or key in signed or key[:2] != (name, data[:4].hex()): continue
            time = b'' if key[2] == 1 else b'cosignature/v1\ntime %d\n' % int.from_bytes(data[4:12], 'big')
            check_signature(key[3], time + text.encode(), data[4 if key[2] == 1 else 12:])
            signed.append(key)
    return signed

def from_pdf(data):
    """The one embedded file of a PDF receipt, refused where two readers could see two."""
    found = re.search(rb'(\d+ \d+) obj\s*<<((?:(?!endobj).)*?/Type\s*/EmbeddedFile(?:(?!endobj).)*?)>>\s*stream\r?\n', data, re.S)
    size = re.findall(rb'/Length (\d+)(?! \d)', need(found, 'no-receipt')[2])
    end = found.end() + int(need(size, 'no-receipt')[0])
    rest = re.sub(rb'#([0-9a-fA-F]{2})', lambda xx: bytes.fromhex(xx[1].decode()), data[:found.end()] + data[end:])
    twice = len(re.findall(rb'/EmbeddedFile(?!\w)', rest)) + len(re.findall(rb'(?<!\d)%b obj' % found[1], rest)) + len(size) > 3
    need(not twice, 'ambiguous-pdf')
    packed = re.findall(rb'/Filter\s*\[?\s*/(\w+)', found[2])
    need(re.match(rb'\r?\n?endstream', data[end:]) and b'/Encrypt' not in rest and packed in ([], [b'FlateDecode']), 'no-receipt')
    return zlib.decompress(data[found.end():end]) if packed else data[found.end():end]

def verify(receipt, policy, documents):
    try: logs, names, quorum = read_policy(policy.decode())
    except Exception: raise Fail('bad-policy')
    receipt = from_pdf(receipt) if receipt.startswith(b'%PDF-') else receipt
    need(len(receipt) <= 2**20, 'too-large')
    need(receipt.lstrip().startswith(b'{'), 'no-receipt')
    outer = json.loads(receipt.decode(), object_pairs_hook=once, parse_int=integer)
    need(outer.get('counterfoil') == 'receipt/v1', 'unknown-version')
    need(set(outer) <= {'counterfoil', 'entry', 'opening', 'proof'}, 'unknown-field')
    named = []
    text = check_entry(outer['entry'], named)
    head, checkpoint = outer['proof'].split('\n\n', 1)
    version, position, *hashes = head.split('\n')
    need(not position.startswith('extra '), 'unknown-field')
    need(version == 'c2sp.org/tlog-proof@v1' and position.startswith('index ') and len(hashes) < 64)
    origin, size, root = checkpoint.split('\n\n')[0].split('\n')[:3]
    commitment = hmac.new(b'counterfoil/entry/v1', b64(outer['opening'], 32) + text, 'sha256').digest()
    reached = root_of(decimal(position[6:]), decimal(size), sha(b'\0', commitment), [b64(one, 32) for one in hashes])
    keys = need([key for key in logs if key[0] == origin], 'unknown-log')
    signed = check_note(checkpoint, keys + [one for one in names.values() if one and len(one) == 4])
    need(any(key in signed for key in keys), 'bad-signature')
    need(reached == b64(root, 32), 'commitment-mismatch')
    need(met(names, quorum, signed), 'quorum-missing')
    for data in documents: need((hashlib.sha256(data).hexdigest(), len(data)) in named, 'document-mismatch')
    return f'position {position[6:]} of {size} in {origin}, {len(signed) - 1} witnesses'

if __name__ == '__main__':
    if len(sys.argv) < 3: sys.exit(__doc__)
    try: print('ok:', verify(*(open(name, 'rb').read() for name in sys.argv[1:3]), [open(name, 'rb').read() for name in sys.argv[3:]]))
    except Fail as failure: sys.exit(f'{failure}')
    except (ValueError, KeyError, AttributeError, TypeError, IndexError, RecursionError, zlib.error): sys.exit('bad-encoding')
