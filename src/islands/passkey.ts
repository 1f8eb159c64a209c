/**
 * Signing in with a passkey, and adding one. Pages work without this script; it shows its buttons only where the browser can do it. It keeps
 * nothing and talks to this server alone.
 */
import { type Words, wordsOf } from './parts/words.ts';

interface Descriptor {
  readonly id: string;
  readonly type: 'public-key';
  readonly transports?: AuthenticatorTransport[];
}

const bytes = (text: string): Uint8Array<ArrayBuffer> => {
  const raw = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(raw, (ch) => ch.charCodeAt(0));
};
const text = (buffer: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
const credentials = (list: readonly Descriptor[] | undefined): PublicKeyCredentialDescriptor[] =>
  (list ?? []).map((d) => ({ type: d.type, id: bytes(d.id), ...(d.transports ? { transports: d.transports } : {}) }));

/** The server's options, as WebAuthn spells them in JSON; only what is not passed on as it is gets a name here. */
interface Options {
  readonly challenge: string;
  readonly allowCredentials?: Descriptor[];
  readonly excludeCredentials?: Descriptor[];
}
interface CreateOptions extends Options {
  readonly rp: PublicKeyCredentialRpEntity;
  readonly user: { readonly id: string; readonly name: string; readonly displayName: string };
  readonly pubKeyCredParams: PublicKeyCredentialParameters[];
  readonly authenticatorSelection?: AuthenticatorSelectionCriteria;
  readonly timeout?: number;
}
interface GetOptions extends Options {
  readonly rpId?: string;
  readonly timeout?: number;
  readonly userVerification?: UserVerificationRequirement;
}

async function ask(path: string): Promise<Response> {
  const response = await fetch(`/auth/passkey/${path}`, { headers: { accept: 'application/json' } });
  if (!response.ok) throw new Error('refused');
  return response;
}

async function tell(path: string, body: unknown): Promise<void> {
  const response = await fetch(`/auth/passkey/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error('refused');
}

async function signIn(): Promise<void> {
  const options: GetOptions = await (await ask('generate-authenticate-options')).json();
  const found = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      allowCredentials: credentials(options.allowCredentials),
    },
  });
  if (!(found instanceof PublicKeyCredential) || !(found.response instanceof AuthenticatorAssertionResponse))
    throw new Error('no passkey');
  const { response } = found;
  await tell('verify-authentication', {
    response: {
      id: found.id,
      rawId: text(found.rawId),
      type: found.type,
      clientExtensionResults: found.getClientExtensionResults(),
      response: {
        authenticatorData: text(response.authenticatorData),
        clientDataJSON: text(response.clientDataJSON),
        signature: text(response.signature),
        ...(response.userHandle ? { userHandle: text(response.userHandle) } : {}),
      },
    },
  });
}

async function add(words: Words): Promise<void> {
  const options: CreateOptions = await (await ask('generate-register-options')).json();
  const made = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: credentials(options.excludeCredentials),
    },
  });
  if (!(made instanceof PublicKeyCredential) || !(made.response instanceof AuthenticatorAttestationResponse))
    throw new Error('no passkey');
  const { response } = made;
  await tell('verify-registration', {
    name: words('name', { date: new Date().toLocaleDateString() }),
    response: {
      id: made.id,
      rawId: text(made.rawId),
      type: made.type,
      clientExtensionResults: made.getClientExtensionResults(),
      response: {
        attestationObject: text(response.attestationObject),
        clientDataJSON: text(response.clientDataJSON),
        transports: response.getTransports(),
      },
    },
  });
}

for (const box of document.querySelectorAll<HTMLElement>('[data-passkey]')) {
  const button = box.querySelector('button');
  const status = box.querySelector('[role=status]');
  if (!button || !status || typeof PublicKeyCredential === 'undefined') continue;
  box.hidden = false;
  const words = wordsOf(box);
  const adding = box.dataset.passkey === 'add';
  button.addEventListener('click', async () => {
    button.disabled = true;
    status.textContent = words('follow');
    try {
      await (adding ? add(words) : signIn());
      if (adding) location.reload();
      else location.assign(`/sign-in?next=${encodeURIComponent(box.dataset.next ?? '/desk')}`);
    } catch {
      status.textContent = words('failed');
      button.disabled = false;
    }
  });
}
