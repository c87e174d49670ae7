"""Serves an encoder-decoder student in the words of OpenAI's chat API, one request at a time: enough to evaluate it.

Usage: python3 serve-seq2seq.py MODEL_FOLDER NAME [--port 8000] [--beams 1] [--max-source-length 4096] [--prefix TEXT]

The encoder reads the text of the last turn, as in training. Greedy at temperature 0, or beams where they are asked for;
sampled from a seed otherwise. Needs torch and transformers.
"""

import argparse
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import torch
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

REFUSED = ("logprobs", "response_format", "tools", "stop", "stream")


class Student:
    def __init__(self, options):
        self.options = options
        self.one_at_a_time = threading.Lock()
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.tokenizer = AutoTokenizer.from_pretrained(options.model)
        self.model = AutoModelForSeq2SeqLM.from_pretrained(options.model).to(self.device).eval()

    def answer(self, request):
        text = self.options.prefix + request["messages"][-1]["content"]
        source = self.tokenizer(text, max_length=self.options.max_source_length, truncation=True, return_tensors="pt")
        inputs = {name: source[name].to(self.device) for name in ("input_ids", "attention_mask")}
        if self.model.config.model_type == "led":
            marked = torch.zeros_like(inputs["input_ids"])
            marked[:, 0] = 1
            inputs["global_attention_mask"] = marked
        with self.one_at_a_time, torch.no_grad():
            # Where answers are drawn, generation() sets the seed: nobody else may draw in between.
            outputs = self.model.generate(**inputs, **self.generation(request))
        choices = [self.choice(index, output) for index, output in enumerate(outputs)]
        prompt_tokens = inputs["input_ids"].shape[1]
        completion_tokens = sum(tokens for _, tokens in choices)
        usage = {"prompt_tokens": prompt_tokens, "completion_tokens": completion_tokens}
        return {
            "object": "chat.completion",
            "created": int(time.time()),
            "model": self.options.name,
            "choices": [choice for choice, _ in choices],
            "usage": {**usage, "total_tokens": prompt_tokens + completion_tokens},
        }

    def generation(self, request):
        count = request.get("n") or 1
        length = request.get("max_completion_tokens") or request.get("max_tokens") or 512
        settings = {"max_new_tokens": length, "num_return_sequences": count}
        temperature = request.get("temperature", 0)
        if temperature == 0:
            # The likeliest answers are several only where there are as many beams.
            return {**settings, "do_sample": False, "num_beams": max(self.options.beams, count)}
        torch.manual_seed(request.get("seed") or 0)
        return {**settings, "do_sample": True, "temperature": temperature, "top_p": request.get("top_p", 1.0)}

    def choice(self, index, output):
        # The first token only starts the decoder; shorter answers of several are padded.
        tokens = [token for token in output.tolist()[1:] if token != self.tokenizer.pad_token_id]
        ended = self.tokenizer.eos_token_id in tokens
        content = self.tokenizer.decode(tokens, skip_special_tokens=True).strip()
        message = {"role": "assistant", "content": content}
        return {"index": index, "message": message, "finish_reason": "stop" if ended else "length"}, len(tokens)


def handler_of(student):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send(200, {"object": "list", "data": [{"id": student.options.name, "object": "model"}]})

        def do_POST(self):
            try:
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                refused = [name for name in REFUSED if request.get(name)]
                if refused or not self.path.endswith("/chat/completions"):
                    return self.send(400, {"error": {"message": f"not served here: {', '.join(refused) or self.path}"}})
                self.send(200, student.answer(request))
            except (KeyError, IndexError, TypeError, ValueError) as error:
                self.send(400, {"error": {"message": f"{type(error).__name__}: {error}"}})

        def send(self, status, content):
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("name")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--beams", type=int, default=1)
    parser.add_argument("--max-source-length", type=int, default=4096)
    parser.add_argument("--prefix", default="")
    options = parser.parse_args()
    server = ThreadingHTTPServer(("127.0.0.1", options.port), handler_of(Student(options)))
    print(f"{options.name} answers at http://127.0.0.1:{server.server_port}/v1", flush=True)
    server.serve_forever()


main()
