// Copies the text of an element. Pages of a plain http address have no clipboard: the text is selected, and copied as in former times where the browser still does that.
export async function copy(element) {
  try {
    await navigator.clipboard.writeText(element.textContent);
    return true;
  } catch {
    getSelection().selectAllChildren(element);
    return document.execCommand('copy');
  }
}
