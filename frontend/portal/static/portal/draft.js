/** Nothing typed is ever lost: what stands in the box outlives a reload and a sign-in, in this window only. */
const KEY = "draft";

export const draft = {
  keep(box) {
    if (!box.value) box.value = sessionStorage.getItem(KEY) ?? "";
    box.addEventListener("input", () => sessionStorage.setItem(KEY, box.value));
  },
  clear() {
    sessionStorage.removeItem(KEY);
  },
  restore(box, words) {
    box.value = words;
    sessionStorage.setItem(KEY, words);
  },
};
