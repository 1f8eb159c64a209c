#!/usr/bin/env python3
"""Verifies a Counterfoil receipt (JSON or PDF): verify.py RECEIPT POLICY [DOCUMENT...]. Exit code 0 if everything holds, 1 with the
failure's name if not. Needs Python 3.8 and the two files beside it, nothing else. The steps are those of docs/format/README.md."""
import datetime, hashlib, hmac, json, re, sys, unicodedata, zlib
import ed25519
from policy import Fail, b64, decimal, matches, met, need, read_policy, sha
# --- the entry: RFC 8785 for what entries may hold
def once(pairs): return need(len(dict(pairs)) == len(pairs)) and dict(pairs) if pairs else {}
def integer(text): return int(need(text != '-0', 'not-canonicalisable') and text)
def canonical(value, documents, depth=0):
    strange = 'not-canonicalisable'
    if isinstance(value, str):
        need(not re.search('[\ud800-\udfff]', value) and unicodedata.normalize('NFC', value) == value, strange)
    elif isinstance(value, (int, float)): need(isinstance(value, int) and abs(value) < 2**53, strange)
    elif isinstance(value, (list, dict)): need(depth <= 32, strange)
    if isinstance(value, list): return '[' + ','.join(canonical(one, documents, depth + 1) for one in value) + ']'
    if not isinstance(value, dict): return json.dumps(value, ensure_ascii=False)
    if depth and 'sha256' in value:
        need(set(value) == {'sha256', 'bytes', 'name', 'type'} and matches('[0-9a-f]{64}', value['sha256']) and value['name']
             and type(value['bytes']) is int and value['bytes'] >= 0 and matches(r'[\w!#$&^.+-]+/[\w!#$&^.+-]+(;[ -~]*)?', value['type']), 'bad-entry')
        documents.append((value['sha256'], value['bytes']))
    keys = sorted(value, key=lambda key: key.encode('utf-16-be', 'surrogatepass'))
    return '{' + ','.join(canonical(key, []) + ':' + canonical(value[key], documents, depth + 1) for key in keys) + '}'
UUID, WORD = '[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}', '[a-z][a-z0-9]*(-[a-z0-9]+)*'
DATE = r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z'
FORMS = {'kind': rf'{WORD}\.{WORD}', 'id': UUID, 'by': '[!-~]{1,200}', 'occurredAt': DATE, 'recordedAt': DATE, 'audience': 'public|parties|own'}
def check_entry(entry, documents):
    bad = 'bad-entry'
    need(isinstance(entry, dict) and {*FORMS, 'v', 'matter', 'body'} == set(entry) - {'corrects'}, bad)
    need(entry['v'] == 1 and type(entry['v']) is int and isinstance(entry['body'], dict), bad)
    text = canonical(entry, documents).encode()
    need(all(matches(form, entry[name]) for name, form in FORMS.items()), bad)
    need((entry['matter'] is None or matches(UUID, entry['matter'])) and matches(UUID, entry.get('corrects', entry['id'])), bad)
    try: [datetime.datetime.strptime(entry[name], '%Y-%m-%dT%H:%M:%S.%fZ') for name in ('occurredAt', 'recordedAt')]
    except ValueError: raise Fail(bad)
    return need(len(text) <= 60000, 'too-large') and text
# --- the log: RFC 9162's walk to the root, and the signed note
def root_of(index, size, node, hashes):
    need(index < size, 'not-included')
    at, last = index, size - 1
    for other in hashes:
        need(last > 0, 'not-included')
        left = at & 1 or at == last
        node = sha(b'\1', other, node) if left else sha(b'\1', node, other)
        while left and not at & 1 and at: at, last = at >> 1, last >> 1
        at, last = at >> 1, last >> 1
    return need(last == 0, 'not-included') and node
def check_note(note, keys):
    text, lines = note[:note.rindex('\n\n') + 1], note[note.rindex('\n\n') + 2:].split('\n')
    need(lines.pop() == '' and 0 < len(lines) <= 100 and not re.search('[\0-\t\x0b-\x1f]', note))
    signed = []
    for line in lines:
        name, data = re.fullmatch('— ([^ +\x85\xa0\u2028\u2029\u3000]+) ([^ ]+)', line).groups()
        data = need(len(b64(data)) > 4) and b64(data)
        for key in keys:
            if key[2] == 6 or key in signed or key[:2] != (name, data[:4].hex()): continue
            time, blob = (b'', data[4:]) if key[2] == 1 else (b'cosignature/v1\ntime %d\n' % int.from_bytes(data[4:12], 'big'), data[12:])
            need(ed25519.verify(key[3], time + text.encode(), blob), 'bad-signature')
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
    outer = json.loads(need(receipt.lstrip()[:1] == b'{', 'no-receipt') and receipt.decode(), object_pairs_hook=once, parse_int=integer)
    need(outer.get('counterfoil') == 'receipt/v1', 'unknown-version')
    need(set(outer) <= {'counterfoil', 'entry', 'opening', 'proof'}, 'unknown-field')
    named = []
    text = check_entry(outer['entry'], named)
    head, checkpoint = outer['proof'].split('\n\n', 1)
    version, position, *hashes = head.split('\n')
    need(not position.startswith('extra '), 'unknown-field')
    need(version == 'c2sp.org/tlog-proof@v1' and position.startswith('index ') and len(hashes) < 64)
    origin, size, root = need(checkpoint.split('\n\n')[0].split('\n'))[:3]
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
