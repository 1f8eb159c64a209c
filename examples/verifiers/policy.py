"""C2SP tlog-policy for verify.py: which logs a verifier accepts, and which witnesses must have signed. Also the strict spellings that
both files need. A key is (name, id in hex, type, public key)."""
import base64, hashlib, re

class Fail(Exception): pass
def need(holds, name='bad-encoding'):
    if not holds: raise Fail(name)
    return holds
def sha(*parts): return hashlib.sha256(b''.join(parts)).digest()
def b64(text, size=None):  # one value, one spelling: encoding again must give the same text
    data = base64.b64decode(text, validate=True)
    return need(base64.b64encode(data).decode() == text and size in (None, len(data))) and data
def decimal(text): return int(need(matches('0|[1-9][0-9]{0,15}', text) and text)) if int(text) < 2**53 else need(0)
def matches(form, text): return isinstance(text, str) and re.fullmatch(form, text, re.A) is not None
def read_policy(text):
    logs, names, said = [], {'none': None}, set()
    def say(*what): need(what not in said); said.add(what)
    def key(vkey, types, use):  # NAME+ID+BASE64(type, key); the id is made of all three
        name, keyid, data = re.fullmatch(r'([^+\s]+)\+([0-9a-f]{8})\+(.+)', vkey).groups()
        data = b64(data)
        need(data[0] in types and len(data) == (1313 if data[0] == 6 else 33) and sha(name.encode(), b'\n', data)[:4].hex() == keyid)
        say(use, data[1:])
        return name, keyid, data[0], data[1:]
    need(not re.search('[\0-\x08\x0b-\x1f\x7f]', text))
    for word, *rest in filter(None, (re.findall('[^ \t]+', line) for line in text.split('\n'))):
        if word.startswith('#'): continue
        need(word in ('log', 'witness', 'group', 'quorum') and (word == 'group' or len(rest) <= {'log': 2, 'witness': 3, 'quorum': 1}[word]))
        if word in ('witness', 'group'): need(rest[0] not in names)
        if word == 'log': logs.append(key(rest[0], (1, 4, 6), 'log'))
        elif word == 'witness': names[rest[0]] = key(rest[1], (4, 6), 'witness')
        elif word == 'quorum': say('quorum'); quorum = need(rest[0] in names) and rest[0]
        else:
            for one in rest[2:]: need(one in names and one != 'none'); say('member', one)
            count = {'all': len(rest) - 2, 'any': 1}.get(rest[1]) or decimal(rest[1])
            names[rest[0]] = need(1 <= count <= len(rest) - 2) and (count, rest[2:])
    return logs, names, quorum
def met(names, name, signed):
    what = names[name]
    if what is None or len(what) == 4: return what is None or what in signed
    return sum(met(names, one, signed) for one in what[1]) >= what[0]
