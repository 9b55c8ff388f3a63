"""The module runs on a GPU: here on a stand-in, which refuses what a GPU refuses."""

import pytest
import torch
from networks import Bag, Packed, each_network
from stand_in_device import DEVICE, stand_in_device
from torch.utils.data import DataLoader

import torchnlp
from torchnlp import offsetify, pad_length, train_epoch_emb


@each_network
def test_a_network_is_trained_judged_saved_and_asked_on_the_device(news, tmp_path, network, collate):
    train, test, classes, vocab = news
    with stand_in_device():
        net = network(len(vocab)).to(DEVICE)
        batches, judged = (DataLoader(half, 4, collate_fn=collate) for half in (train, test))
        loss_fn = torch.nn.CrossEntropyLoss(weight=torch.ones(4, device=DEVICE))
        torchnlp.fit(net, batches, judged, epochs=1, loss_fn=loss_fn, clip=1)
        torchnlp.save_model(tmp_path / "net.pt", net, classes)
        answers = torchnlp.predict(net, "late goal", classes)
        again, *_ = torchnlp.load_model(tmp_path / "net.pt", network)
        assert next(again.parameters()).device == DEVICE
        assert torchnlp.predict(again, "late goal", classes) == answers


def test_no_step_of_a_training_waits_for_the_device_and_gates_are_drawn_there(news):
    """Numbers are read at the points of the curve, 25 in an epoch, not at each of 100 steps."""
    batches = [pad_length(news[0])] * 100
    with stand_in_device() as device:
        net = Packed(len(news[3])).to(DEVICE)
        torchnlp.fit(net, batches, epochs=1, clip=1)
        assert 25 <= device.waits <= 80
        torchnlp.plot_gates(net, "late goal", news[2])


def test_where_word_vectors_alone_learn_the_norm_is_on_the_device_as_well(news):
    with stand_in_device():
        net = Bag(len(news[3])).to(DEVICE)
        net.fc.requires_grad_(False)
        torchnlp.fit(net, [offsetify(news[0])], epochs=1, clip=1)
        assert torchnlp.clip_gradient(net, 1).device == DEVICE


def test_the_older_loop_keeps_the_third_part_of_a_batch_on_the_cpu_when_it_packs(news):
    batches = [tuple(pad_length(news[0]))]
    with stand_in_device():
        net = Packed(len(news[3])).to(DEVICE)
        train_epoch_emb(net, batches, use_pack_sequence=True)
        with pytest.raises(RuntimeError, match="'lengths' argument should be a 1D CPU"):
            train_epoch_emb(net, batches)


def test_time_is_read_when_the_device_has_done_its_work():
    with stand_in_device():
        assert torchnlp.clock() < torchnlp.clock()
        assert torch.accelerator.synchronize.call_count == 2
