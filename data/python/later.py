"""0.2.3 to 0.2.29: transformers' Trainer, which each release changes in its own way."""

import contextlib
import dataclasses
import inspect

import torch
import transformers

from run import above


def build(job, numbers):
    import gliner

    if numbers >= [0, 2, 23]:
        return gliner.GLiNER.from_config(job["config"])
    # As train.py: the two marks behind the encoder's own vocabulary.
    from gliner.data_processing import WordsSplitter

    config = gliner.GLiNERConfig(**job["config"])
    tokenizer = transformers.AutoTokenizer.from_pretrained(config.model_name)
    marks = [config.ent_token, config.sep_token]
    if job["weights"]:
        # The vocabulary of a model that was saved by today's releases.
        marks = ["[FLERT]", *marks]
    config.class_token_index = len(tokenizer) + len(marks) - 2
    tokenizer.add_tokens(marks, special_tokens=numbers >= [0, 2, 9])
    splitter = WordsSplitter(config.words_splitter_type)
    model = gliner.GLiNER(config, tokenizer=tokenizer, words_splitter=splitter)
    config.vocab_size = len(tokenizer)
    model.resize_token_embeddings(marks, set_class_token_index=False, add_tokens_to_tokenizer=False)
    return model


def network(model):
    return model.model


def train(model, records, job, numbers, step):
    from gliner.training import Trainer, TrainingArguments

    training = job["training"]
    keys = {
        "output_dir": job["out"],
        "learning_rate": training["lr_encoder"],
        "weight_decay": training["weight_decay_encoder"],
        "others_lr": training["lr_others"],
        "others_weight_decay": training["weight_decay_other"],
        "lr_scheduler_type": training["scheduler_type"],
        "warmup_ratio": training["warmup_ratio"],
        "per_device_train_batch_size": training["train_batch_size"],
        "max_grad_norm": training["max_grad_norm"],
        "max_steps": training["num_steps"],
        "save_strategy": "no",
        "logging_steps": 1,
        "logging_nan_inf_filter": False,
        "seed": job["seed"],
        "report_to": "none",
        "use_cpu": True,
        "dataloader_num_workers": 0,
        "dataloader_pin_memory": False,
        "disable_tqdm": True,
        **passed_on(training, numbers),
    }
    known = {field.name for field in dataclasses.fields(TrainingArguments)}
    arguments = TrainingArguments(**{key: value for key, value in keys.items() if key in known})
    dataset, collator = fed(model, records, numbers)
    given = {"model": model, "args": arguments, "train_dataset": dataset, "data_collator": collator}
    name = "processing_class" if "processing_class" in inspect.signature(transformers.Trainer.__init__).parameters else "tokenizer"
    given[name] = model.data_processor.transformer_tokenizer
    own = Trainer.training_step

    class Tolerant(Trainer):
        """transformers hands a step one more argument since 4.46, which 0.2.3 to 0.2.13 do not take: there they cannot train."""

        def training_step(self, *args):
            return own(self, *args[: len(inspect.signature(own).parameters) - 1] if fixed(own) else args)

    Tolerant(**given, callbacks=[Told(step)]).train()
    return None


def fixed(function):
    return not any(one.kind is one.VAR_POSITIONAL for one in inspect.signature(function).parameters.values())


def passed_on(training, numbers):
    """What train.py of the release hands on of the yaml's loss: nothing until 0.2.16."""
    keys = {}
    if numbers >= [0, 2, 17]:
        keys |= {"focal_loss_alpha": training["loss_alpha"], "focal_loss_gamma": training["loss_gamma"]}
    if numbers >= [0, 2, 22]:
        keys |= {"focal_loss_prob_margin": training["loss_prob_margin"], "loss_reduction": training["loss_reduction"]}
    if numbers >= [0, 2, 23]:
        keys |= {"negatives": training["negatives"], "masking": training["masking"]}
    return keys


def fed(model, records, numbers):
    """Records and the collator as train.py of the release has them."""
    from gliner.data_processing import collator as file

    if numbers >= [0, 2, 23]:
        return records, model._create_data_collator()
    if numbers >= [0, 2, 9]:
        return records, file.DataCollator(model.config, data_processor=model.data_processor, prepare_labels=True)
    from gliner.data_processing import GLiNERDataset

    processor = model.data_processor
    dataset = GLiNERDataset(records, model.config, processor.transformer_tokenizer, processor.words_splitter)
    # Python since 3.11 samples from no set, which 0.2.3 to 0.2.8 do.
    dataset.all_entities = sorted(dataset.all_entities)
    return dataset, file.DataCollatorWithPadding(model.config)


class Told(transformers.TrainerCallback):
    """Hands the loss of every step on."""

    def __init__(self, step):
        self.step = step

    def on_log(self, args, state, control, logs=None, **_):
        if logs and "loss" in logs:
            self.step(state.global_step, logs["loss"])


@contextlib.contextmanager
def overheard(decoder, heard):
    """What the decoder is given is written down; it answers as ever."""
    own = decoder.decode
    signature = inspect.signature(own)

    def decode(*args, **kwargs):
        bound = signature.bind(*args, **kwargs)
        tokens, classes, logits = list(bound.arguments.values())[:3]
        heard.append((tokens, classes, logits))
        return own(*args, **kwargs)

    decoder.decode = decode
    try:
        yield
    finally:
        decoder.decode = own


@torch.no_grad()
def candidates(model, texts, labels, floor):
    """From the scores that the release's own `evaluate` decodes."""
    heard = []
    with overheard(model.decoder, heard):
        model.evaluate([{"tokenized_text": words, "ner": []} for words in texts], threshold=0.5, batch_size=8, entity_types=labels)
    found = []
    for tokens, classes, logits in heard:
        scores = torch.sigmoid(torch.as_tensor(logits).float())
        for b, words in enumerate(tokens):
            names = classes[b] if isinstance(classes, (list, tuple)) else classes
            found.append(None if scores.dim() != 4 else above(words, scores[b], names, floor))
    return found
