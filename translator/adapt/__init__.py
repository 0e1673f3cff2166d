"""Teach a model the English of an office, from its own translations: a LoRA adapter.

pairs      what people translated: bilingual files, the memory, line-aligned folders
cleaning   what is left out, and why
overlap    whether a text stands in a set that nothing may be learnt from
examples   pairs as the product asks and as the model is to answer
lineage    the adapter that learning begins with
options    what decides a run, and its record
schedule   batches in their order, steps fitted to the time, the learning rate
learner    the model with its LoRA: a batch's loss, answers, weights
training   the run: evaluate, keep the best, save, go on
state      what is saved, and read again after a kill
scores     BLEU and chrF++
result     the adapter's folder: record, model card, curve
"""

from __future__ import annotations

from translator.adapt.options import Options
from translator.adapt.state import Evaluation
from translator.adapt.training import Display, Outcome, Step, adapt

__all__ = ["Display", "Evaluation", "Options", "Outcome", "Step", "adapt"]
