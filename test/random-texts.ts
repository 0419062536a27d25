/** Random texts as people and machines write them: accents apart or composed, emoji, Chinese, Japanese, Thai, Korean in pieces, odd white space. */
import type { RandomStream } from "../lib/random";

const WORDS = [
  ..."Zürich Málaga São Tomé Ångström café naïve Bảo Đại Huế Nguyễn Łódź Dvořák Ελλάδα Москва Йошкар-Ола".split(" "),
  ..."Ada Lovelace state-of-the-art U.S. 1,234 C++ x_y e-mail don't".split(" "),
  ..."👍 👩‍🔬 🏳️‍🌈 🇫🇷 1️⃣ 👍🏽 ❤️ 𝔘𝔫𝔦 𠮷野家".split(" "),
  ..."北京大学 東京都庁 カタカナ が ぱ สวัสดีครับ ภาษาไทย ຄຳ 한국어 각 हिन्दी नमस्ते العَرَبِيَّة עִבְרִית".split(" "),
  ..."Ω Å ﬁ ½ ① 豈 क़ q̣̇ q̣̇ ａｂｃ".split(" "),
];
const SPACES = [" ", " ", " ", "  ", "\n", "\u00a0", "\u3000", "", ", ", ". ", "\u200b", "\r\n"];

/** @param words at most */
export function randomText(random: RandomStream, words = 12): string {
  let text = "";
  const count = 1 + Math.floor(random.uniform() * words);
  for (let i = 0; i < count; i++) {
    const word = pick(WORDS, random);
    const form = pick(["NFC", "NFD", undefined] as const, random);
    text += (form ? word.normalize(form) : word) + pick(SPACES, random);
  }
  return text;
}

export function pick<Item>(items: readonly Item[], random: RandomStream): Item {
  return items[Math.floor(random.uniform() * items.length)];
}
