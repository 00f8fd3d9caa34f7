/** Reads a response of server-sent events, as [name, data] pairs. Each event has one data line, which is JSON. */
export async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let waiting = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const pieces = (waiting + value).split("\n\n");
    waiting = pieces.pop();
    for (const piece of pieces) {
      const found = /^event: (\S+)\ndata: (.*)$/s.exec(piece);
      if (found) yield [found[1], JSON.parse(found[2])];
    }
  }
}
