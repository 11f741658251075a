// Forms in which administrators write one name and its value into an env file: what is read of each, or why and at which line it is refused.

/** `text` writes the form for a name. `shell: false`: the shell itself reads no value from it, or another word than one value. */
export interface EnvForm {
  readonly name: string;
  readonly text: (variable: string) => string;
  readonly value?: string;
  readonly refused?: RegExp;
  readonly line?: number;
  readonly shell?: false;
}

const reads = (name: string, value: string, text: (v: string) => string, shell?: false): EnvForm => ({
  name,
  value,
  text,
  ...(shell === undefined ? {} : { shell }),
});
const refuses = (name: string, refused: RegExp, text: (v: string) => string, line = 1): EnvForm => ({
  name,
  refused,
  line,
  text,
});

/** Every form; the secret of a refused one is `s3cret`. */
export const ENV_FORMS: readonly EnvForm[] = [
  reads("a plain value", "abc", (v) => `${v}=abc\n`),
  reads("a # inside a value", "abc#123", (v) => `${v}=abc#123\n`),
  reads("a comment behind a value", "abc", (v) => `${v}=abc # the old one\n`),
  reads("a comment behind a tab", "abc", (v) => `${v}=abc\t# the old one\n`),
  reads("single quotes", 'it is #1 $x \\n `y` "z"', (v) => `${v}='it is #1 $x \\n \`y\` "z"'\n`),
  reads("double quotes", "it's #1", (v) => `${v}="it's #1"\n`),
  reads("single quotes and a comment", "a b", (v) => `${v}='a b' # why\n`),
  reads("double quotes and a comment with a quote", "a b", (v) => `${v}="a b" # "why"\n`),
  reads("double quotes and a comment with a dollar", "a b", (v) => `${v}="a b" # cost $5\n`),
  reads("blanks inside quotes", " a ", (v) => `${v}=' a '\n`),
  reads("export before the name", "abc", (v) => `export ${v}=abc\n`),
  reads("an indented line", "abc", (v) => `  \t${v}=abc\n`),
  reads("blanks behind the value", "abc", (v) => `${v}=abc  \n`),
  reads("a byte order mark", "abc", (v) => `\ufeff${v}=abc\n`, false),
  reads("lines of Windows", "abc", (v) => `A=1\r\n${v}=abc\r\n`, false),
  reads("quotes in lines of Windows", "a b", (v) => `${v}='a b'\r\n`, false),
  reads("lines of an old Mac", "abc", (v) => `A=1\r${v}=abc\r`, false),
  reads("no line end", "abc", (v) => `${v}=abc`),
  reads("blanks around =", "abc", (v) => `${v} = abc\n`, false),
  reads("blanks inside a value without quotes", "a b", (v) => `${v}=a b\n`, false),
  reads("a value with =", "a=b==", (v) => `${v}=a=b==\n`),
  reads("a value with every safe sign", "a!%+,-./:=@^_~{}[]?*", (v) => `${v}='a!%+,-./:=@^_~{}[]?*'\n`),
  reads("Vietnamese letters", "mật khẩu", (v) => `${v}='mật khẩu'\n`),
  reads("the last of two lines", "new", (v) => `${v}=old\n${v}=new\n`),
  reads("an empty value", "", (v) => `${v}=\n`),
  reads("an empty value between quotes", "", (v) => `${v}=''\n`),
  refuses("a # at the beginning", /a # at the beginning/, (v) => `${v}=#s3cret\n`),
  refuses("a dollar without quotes", /a \$ in a value without quotes/, (v) => `A=1\n${v}=s3cret$x\n`, 2),
  refuses("a backslash without quotes", /a \\ in a value without quotes/, (v) => `${v}=s3cret\\n\n`),
  refuses("a quote inside a value", /a ' in a value without quotes/, (v) => `${v}=it's3cret\n`),
  refuses("a double quote inside a value", /a " in a value without quotes/, (v) => `${v}=5"s3cret\n`),
  refuses("a dollar between double quotes", /between double quotes/, (v) => `${v}="s3cret$x"\n`),
  refuses("\\n between double quotes", /between double quotes/, (v) => `${v}="s3cret\\n"\n`),
  refuses("an escaped double quote", /between double quotes/, (v) => `${v}="s3\\"cret"\n`),
  refuses("a backtick between double quotes", /between double quotes/, (v) => `${v}="s3cret\`x\`"\n`),
  refuses("backticks for quotes", /backticks/, (v) => `${v}=\`s3cret\`\n`),
  refuses("text behind the quote", /behind the closing quote/, (v) => `${v}='s3cret'x\n`),
  refuses("a comment that touches the quote", /behind the closing quote/, (v) => `${v}='s3cret'#x\n`),
  refuses("a shell's way to write '", /behind the closing quote/, (v) => `${v}='s3'\\''cret'\n`),
  refuses("a quote that is never closed", /never closed/, (v) => `A=1\n${v}='s3cret\n`, 2),
  refuses("a value over two lines", /over several lines/, (v) => `${v}="s3cret\nmore"\n`),
  refuses("a colon for =", /not as .*=value/, (v) => `${v}: s3cret\n`),
  refuses("+= for =", /not as .*=value/, (v) => `${v}+=s3cret\n`),
  refuses("a quoted name", /not as .*=value/, (v) => `"${v}"=s3cret\n`),
  refuses("setenv of another shell", /not as .*=value/, (v) => `setenv ${v} s3cret\n`),
  refuses("a tab inside a value", /control character/, (v) => `${v}='s3\tcret'\n`),
];
