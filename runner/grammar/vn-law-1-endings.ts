// How a line of text ends: with a sentence, an item of a list, or in the middle of what it says.

/** Words after which a sentence goes on, so that what follows on the next line refers and does not begin. */
const GOES_ON =
  /(?:[,“]|\([^()]*|(?:^|\s)(?:tại|của|và|theo|khoản|điểm|điều|các|hoặc|với|từ|đến|trong|ngoài|số|cho|về|do|bởi|trừ|(?:các )?(?:khoản|điểm) [\dđa-z, ]+))$/u;
/** Characters at the end of a line that decide how it ends; longer lines end like their last part. */
const TAIL = 400;
const ENDS = /[.;:!?…”"»)\]](?:\d{1,3}|\[\d{1,3}\])?$/u;

const tail = (text: string): string => (text.length > TAIL ? text.slice(-TAIL) : text);

/** Whether the text names only capitals: titles of chapters, names of organs. */
export const inCapitals = (text: string): boolean => /\p{Lu}/u.test(text) && !/\p{Ll}/u.test(text);

/** Whether a sentence or an enumeration is complete at the end of this text. */
export const endsSentence = (text: string): boolean => ENDS.test(tail(text));

/** Whether this text cannot end where it ends. */
export const goesOn = (text: string): boolean => GOES_ON.test(tail(text)) && !inCapitals(text);

/** Whether an item of a list ends so: with a comma, or with the word before the last item. */
export const endsItem = (text: string): boolean => /(?:,|(?:^|[;, ])(?:và|hoặc|và\/hoặc))$/u.test(tail(text));
