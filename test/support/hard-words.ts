/**
 * Finds words that a page or a refusal says without asking a message file: text between tags, attributes that people read, and strings that are sentences.
 * What only programmers, operators and other programs read (errors of programming, logs, SQL, the API's description) is left out by where it stands.
 */
import ts from 'typescript';

export interface Hard {
  readonly line: number;
  readonly text: string;
}

/** Names of things and formats, the same in every language. */
const NAMES =
  /^(?:Counterfoil|AGPL-3\.0-or-later|PDF|JSON|CSV|XLSX|HTML|XML|SQL|RFC \d+|SHA-256|UTC|ET|OCD|DNS|URL|iCalendar|Atom|JSON Feed|oEmbed|GeoJSON|C2SP|FollowTheMoney|ISO|UTF-8|eml)$/;
/** What programs read: types of files, headers, cookies' options, addresses, markup around what is said, commands to type. */
const FOR_PROGRAMS =
  /^(?:true|false|Lax|[\w.+-]+\/[\w.+-]+;.*|attachment; filename.*|public, max-age.*|no-store.*|sandbox; .*|\/[\w./{}-]*|https?:\/\/.*|<.*>(?: ?\{\})?|&nbsp;|(?:bin\/)?counterfoil .*|repeatable read|read only)$/s;
/** Attributes that no person reads. */
const UNREAD =
  /^(?:class|href|id|name|type|method|action|for|value|rel|src|role|scope|autocomplete|autocapitalize|inputmode|pattern|style|lang|tone|area|mark|media|as|key|enctype|d|fill|stroke|viewBox|xmlns|headers|slot|target|crossorigin|content|property|charset|width|height|list|form|wrap|dir|transform|preserveAspectRatio|axis|rows|accept|kind|level|size|aria-(?:labelledby|describedby|controls|current|live|haspopup|sort)|datetime|data-.*|points|text-anchor|sandbox|allow|loading|island|to|path|field|prefix|at|wide|base|group)$/;
/** Calls whose strings are not said to readers. */
const INSIDE =
  /^(?:sql|Error|TypeError|RangeError|SyntaxError|RegExp|describe|openapi|t|rich|wordOf|parts|querySelector|querySelectorAll|closest|matches|URL|get|header|set|append|setHeader|encodeURIComponent|includes|startsWith|endsWith|split|replace|replaceAll|indexOf|test|exec|raw|select|where|orderBy|groupBy|innerJoin|leftJoin|from|fn|lit|ref|log|info|warn|error|debug|selectFrom|as|table|DateTimeFormat|NumberFormat)$/;

const called = (node: ts.Node): string => {
  if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
    const what = node.expression;
    if (ts.isIdentifier(what)) return what.text;
    if (ts.isPropertyAccessExpression(what)) return what.name.text;
  }
  if (ts.isTaggedTemplateExpression(node)) return node.tag.getText().replace(/<.*$/s, '').split('.').at(-1) ?? '';
  return '';
};

function isSaid(node: ts.Node): boolean {
  for (let at: ts.Node | undefined = node.parent, below = node; at; below = at, at = at.parent) {
    if (ts.isImportDeclaration(at) || ts.isExportDeclaration(at) || ts.isTypeNode(at) || ts.isCaseClause(at))
      return false;
    if (ts.isBinaryExpression(at) && /^[!=]==$/.test(at.operatorToken.getText()) && at.getChildren().includes(below))
      return false;
    if (ts.isPropertyAssignment(at) && at.name === below) return false;
    if (ts.isElementAccessExpression(at) && at.argumentExpression === below) return false;
    if (ts.isJsxAttribute(at)) return !UNREAD.test(at.name.getText());
    if (INSIDE.test(called(at))) return false;
    // A function within a call is a world of its own: what stands in it is looked at by itself.
    if (
      ts.isArrowFunction(at) ||
      ts.isFunctionDeclaration(at) ||
      ts.isFunctionExpression(at) ||
      ts.isMethodDeclaration(at)
    )
      return true;
  }
  return true;
}

/** Words of a source file that stand in no message file. `name` decides whether it is read as TSX. */
export function hardWords(name: string, source: string): Hard[] {
  const kind = name.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.Latest, true, kind);
  const found: Hard[] = [];
  const note = (node: ts.Node, text: string) => {
    const said = text.replaceAll(/\s+/g, ' ').trim();
    if (!NAMES.test(said) && !FOR_PROGRAMS.test(said))
      found.push({ line: file.getLineAndCharacterOfPosition(node.getStart()).line + 1, text: said });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isJsxText(node)) {
      if (/\p{L}{2}/u.test(node.text)) note(node, node.text);
    } else if (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) {
      const text = ts.isTemplateExpression(node)
        ? node.head.text + node.templateSpans.map((span) => `{}${span.literal.text}`).join('')
        : node.text;
      // `{n === 1 ? 'one' : 'many'}` is said as much as `{'one'}`.
      let top: ts.Node = node;
      while (
        (ts.isConditionalExpression(top.parent) && top.parent.condition !== top) ||
        ts.isParenthesizedExpression(top.parent) ||
        (ts.isBinaryExpression(top.parent) && /^(?:\?\?|\|\||&&)$/.test(top.parent.operatorToken.getText()))
      )
        top = top.parent;
      const inside = ts.isJsxExpression(top.parent) ? top.parent.parent : top.parent;
      const attribute = ts.isJsxAttribute(inside);
      const child = ts.isJsxExpression(top.parent) && !attribute;
      const sentence = /\p{L}{2,}[,:;]? (?:\{\}|\p{L}{2,})/u.test(text) || /^\p{Lu}\p{Ll}{2,}[.!?]?$/u.test(text);
      if ((attribute || child ? /\p{L}{2}/u.test(text) : sentence) && isSaid(node)) note(node, text);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}
