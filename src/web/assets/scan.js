// Reads a QR code with the camera, and lets a file be dropped. The page works without this script.
// Codes are read in the browser where it can; else small grey pictures go to our own server,
// at most three a second and only while the visitor scans.

const byId = (id) => document.getElementById(id);
const form = byId("check");
const video = byId("video");
const state = byId("scan-state");
const start = byId("scan-start");
const stop = byId("scan-stop");
const viewer = byId("viewer");

const PAUSE_MS = 350;
const LONGEST_SIDE = 400;

let stream = null;
let turn = 0;

const say = (text) => { state.textContent = text; };

function off(camera) {
  for (const track of camera?.getTracks() ?? []) track.stop();
}

function end(text) {
  turn += 1;
  off(stream);
  stream = null;
  video.srcObject = null;
  viewer.hidden = true;
  stop.hidden = true;
  start.hidden = false;
  if (text) say(text);
}

// A grey picture of what the camera sees, small enough to send.
async function grey() {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(video.videoWidth, video.videoHeight));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(video.videoWidth * scale));
  canvas.height = Math.max(1, Math.round(video.videoHeight * scale));
  const paint = canvas.getContext("2d", { willReadFrequently: true });
  paint.drawImage(video, 0, 0, canvas.width, canvas.height);
  const image = paint.getImageData(0, 0, canvas.width, canvas.height);
  const data = image.data;
  for (let i = 0; i < data.length; i += 4) {
    data[i] = data[i + 1] = data[i + 2] = (data[i] * 3 + data[i + 1] * 6 + data[i + 2]) / 10;
  }
  paint.putImageData(image, 0, 0);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.8));
}

async function readHere(detector) {
  const codes = await detector.detect(video);
  return codes[0]?.rawValue ?? "";
}

async function readThere() {
  const body = await grey();
  if (!body) return "";
  const answer = await fetch("/verify/frame", { method: "POST", body, headers: { "content-type": "image/jpeg" } });
  if (answer.status === 429) await wait(3000);
  if (answer.status !== 200) return "";
  return (await answer.json()).text ?? "";
}

const wait = (ms) => new Promise((done) => setTimeout(done, ms));

async function detectorHere() {
  try {
    const kinds = (await globalThis.BarcodeDetector?.getSupportedFormats?.()) ?? [];
    return kinds.includes("qr_code") ? new BarcodeDetector({ formats: ["qr_code"] }) : null;
  } catch {
    return null;
  }
}

async function look() {
  const mine = ++turn;
  const detector = await detectorHere();
  while (mine === turn) {
    let text = "";
    try {
      if (video.readyState >= 2) text = detector ? await readHere(detector) : await readThere();
    } catch {
      say("We cannot reach the server to read the code. Check your connection.");
    }
    if (text && mine === turn) {
      end("Found it. Checking…");
      byId("file").value = "";
      byId("text").value = text;
      form.requestSubmit(byId("submit"));
      return;
    }
    await wait(PAUSE_MS);
  }
}

start.addEventListener("click", async () => {
  const mine = ++turn;
  try {
    const given = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
    if (mine !== turn) { off(given); return; }
    stream = given;
    video.srcObject = stream;
    viewer.hidden = false;
    start.hidden = true;
    stop.hidden = false;
    stop.focus();
    say("Looking for a QR code. Hold it still, inside the frame.");
    await video.play();
  } catch {
    // Whatever failed, the camera must not stay on; if the visitor stopped it, that was said.
    if (mine === turn) end("We may not use the camera, or there is none. Take a photo of the code instead, below.");
    return;
  }
  if (mine === turn) look();
});
stop.addEventListener("click", () => { end("Stopped. No more pictures are read."); start.focus(); });
addEventListener("pagehide", () => { if (stream) end(""); });
document.addEventListener("visibilitychange", () => { if (document.hidden && stream) end("Stopped, because you left the page."); });

if (navigator.mediaDevices?.getUserMedia) byId("scan").hidden = false;

// Dropping a file, and sending it as soon as it is chosen.
const drop = byId("drop");
const file = byId("file");
byId("drop-hint").hidden = false;
for (const kind of ["dragenter", "dragover"]) {
  drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("over"); });
}
for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  if (!event.dataTransfer?.files.length) return;
  file.files = event.dataTransfer.files;
  byId("text").value = "";
  form.requestSubmit(byId("submit"));
});
