"""The hosts of a fit, as TF_CONFIG or Slurm name them."""

import json
from typing import Any

import pytest

from siren_cli.errors import UsageError
from siren_cli.hosts import slurm
from siren_cli.hosts.cluster import Address, Cluster, cluster_from

TWO = {"worker": ["host0:2222", "host1:2222"]}


def environment(cluster: Any, task: Any) -> dict[str, str]:
    return {"TF_CONFIG": json.dumps({"cluster": cluster, "task": task})}


def worker(index: Any) -> dict[str, Any]:
    return {"type": "worker", "index": index}


def test_workers_are_numbered_in_their_order():
    cluster = cluster_from(environment(TWO, worker(1)), "auto")
    assert cluster == Cluster(("host0:2222", "host1:2222"), 1)
    assert (cluster.size, cluster.is_chief) == (2, False)
    assert cluster.name(1) == "host1:2222 (task 1)"


@pytest.mark.parametrize(("kind", "index", "place"), [("chief", 0, 0), ("worker", 1, 2)])
def test_a_chief_stands_before_the_workers(kind, index, place):
    hosts = {"worker": ["b:1", "c:1"], "chief": ["a:1"]}
    cluster = cluster_from(environment(hosts, {"type": kind, "index": index}), "auto")
    assert cluster == Cluster(("a:1", "b:1", "c:1"), place)


def test_an_address_may_be_a_number():
    cluster = Cluster(("10.0.0.1:80", "[fe80::1%eth0]:2222"), 0)
    assert cluster.address(0) == Address("10.0.0.1", 80)
    assert cluster.address(1) == Address("fe80::1%eth0", 2222)


ALONE = [
    {},
    {"TF_CONFIG": ""},
    {"TF_CONFIG": " "},
    environment({"worker": ["host0:2222"]}, worker(0)),
    environment({"chief": ["host0:2222"]}, {"type": "chief", "index": 0}),
]


@pytest.mark.parametrize("variables", ALONE)
def test_one_host_is_no_cluster(variables):
    assert cluster_from(variables, "auto") is None


BAD_ADDRESS = "is not a host and a port of 1 to 65535, such as host0:2222"
WRONG = {
    "no JSON": ("{", "'{' is not JSON"),
    "too deep": ("[" * 100_000, "is not JSON"),
    "a list": ("[]", 'it has no table "cluster"'),
    "no cluster": ('{"task": {"type": "worker", "index": 0}}', 'it has no table "cluster"'),
    "no task": ('{"cluster": {"worker": ["a:1", "b:1"]}}', 'it has no table "task"'),
}
WRONG_TABLES = {
    "no worker": ({"worker": []}, worker(0), "its cluster has no worker"),
    "a word": ({"worker": "a:1"}, worker(0), 'its "worker" is not a list of addresses'),
    "two chiefs": ({"chief": ["a:1", "b:1"]}, worker(0), "its cluster has 2 chiefs, not one"),
    "no chief": ({"chief": [], **TWO}, worker(0), "its cluster has 0 chiefs, not one"),
    "a ps": ({**TWO, "ps": ["c:1"]}, worker(0), "has 'ps', not only chief and worker"),
    "task ps": (TWO, {"type": "ps", "index": 0}, "'ps' is none of its cluster's types"),
    "task chief": (TWO, {"type": "chief", "index": 0}, "'chief' is none of its cluster's"),
    "no type": (TWO, {"index": 0}, "its task type None is none of its cluster's types"),
    "a type of type list": (TWO, {"type": ["worker"], "index": 0}, "is none of its cluster's"),
    "too large": (TWO, worker(2), "its task index 2 is not an integer of 0 to 1"),
    "negative": (TWO, worker(-1), "its task index -1 is not an integer of 0 to 1"),
    "truth": (TWO, worker(True), "its task index True is not an integer of 0 to 1"),
    "text": (TWO, worker("1"), "its task index '1' is not an integer of 0 to 1"),
    "no index": (TWO, {"type": "worker"}, "its task index None is not an integer"),
    "twice": ({"worker": ["a:1", "b:1", "A:1"]}, worker(0), "A:1 is there twice"),
    "no port": ({"worker": ["a", "b:1"]}, worker(0), f"'a' {BAD_ADDRESS}"),
    "port 0": ({"worker": ["a:0", "b:1"]}, worker(0), f"'a:0' {BAD_ADDRESS}"),
    "large port": ({"worker": ["a:65536", "b:1"]}, worker(0), f"'a:65536' {BAD_ADDRESS}"),
    "foreign digits": ({"worker": ["a:\u0661", "b:1"]}, worker(0), BAD_ADDRESS),
    "no host": ({"worker": [":1", "b:1"]}, worker(0), f"':1' {BAD_ADDRESS}"),
    "dots": ({"worker": ["a..b:1", "b:1"]}, worker(0), f"'a..b:1' {BAD_ADDRESS}"),
    "a long part": ({"worker": ["a" * 64 + ":1", "b:1"]}, worker(0), BAD_ADDRESS),
    "a URL": ({"worker": ["http://a:1", "b:1"]}, worker(0), f"'http://a:1' {BAD_ADDRESS}"),
    "no brackets": ({"worker": ["::1:80", "b:1"]}, worker(0), f"'::1:80' {BAD_ADDRESS}"),
    "a number": ({"worker": [7, "b:1"]}, worker(0), f"7 {BAD_ADDRESS}"),
}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        *WRONG.values(),
        *(
            (environment(hosts, task)["TF_CONFIG"], sentence)
            for hosts, task, sentence in WRONG_TABLES.values()
        ),
    ],
    ids=[*WRONG, *WRONG_TABLES],
)
def test_a_wrong_tf_config_is_explained(text, sentence):
    with pytest.raises(UsageError) as caught:
        cluster_from({"TF_CONFIG": text}, "auto")
    assert str(caught.value).startswith("TF_CONFIG: ")
    assert sentence in str(caught.value)


SLURM = {
    "SLURM_JOB_ID": "32005",
    "SLURM_PROCID": "2",
    "SLURM_NTASKS": "4",
    "SLURM_STEP_NODELIST": "node[09-10],gpu2",
    "SLURM_STEP_TASKS_PER_NODE": "1(x2),2",
}


def test_slurm_tells_nodes_and_the_job_tells_ports():
    cluster = cluster_from(SLURM, "slurm")
    assert cluster == Cluster(("node09:12005", "node10:12005", "gpu2:12005", "gpu2:12006"), 2)


def test_tf_config_does_not_count_under_slurm():
    assert cluster_from({**SLURM, "TF_CONFIG": "{"}, "slurm").index == 2
    assert cluster_from(SLURM, "auto") is None


def test_one_task_of_slurm_is_no_cluster():
    one = {"SLURM_PROCID": "0", "SLURM_NTASKS": "1", "SLURM_STEP_TASKS_PER_NODE": "1"}
    assert cluster_from({**SLURM, **one, "SLURM_STEP_NODELIST": "a"}, "slurm") is None


@pytest.mark.parametrize("name", SLURM)
def test_a_step_is_started_by_srun(name):
    others = {each: value for each, value in SLURM.items() if each != name}
    with pytest.raises(UsageError, match=rf"--cluster slurm: {name} is not set; .* by srun"):
        cluster_from(others, "slurm")


@pytest.mark.parametrize("changed", [{"SLURM_NTASKS": "5"}, {"SLURM_PROCID": "4"}])
def test_a_task_belongs_to_its_step(changed):
    with pytest.raises(UsageError, match="does not belong to a step of 4 tasks on 3 nodes"):
        cluster_from({**SLURM, **changed}, "slurm")


NODES = {
    "a": ["a"],
    "a,b-c.d": ["a", "b-c.d"],
    "n[1-3]": ["n1", "n2", "n3"],
    "n[08-11]": ["n08", "n09", "n10", "n11"],
    "n[01-02,7],gpu2": ["n01", "n02", "n7", "gpu2"],
    "r[1-2]n[5,7]x": ["r1n5x", "r1n7x", "r2n5x", "r2n7x"],
}


@pytest.mark.parametrize("text", NODES)
def test_a_list_of_nodes_is_expanded(text):
    assert slurm.expanded(text) == NODES[text]


WRONG_NODES = ["", ",", "a,", "a[", "a[]", "a[1", "a]", "a[3-1]", "a[1-]", "a[1--2]", "a b"]
HUGE_NODES = ["n[1-999999999]", "n[1-5000]", "r[1-100]n[1-100]", "a,r[1-4096]", "n[1-4096,1]"]


@pytest.mark.parametrize("text", WRONG_NODES + HUGE_NODES)
def test_a_wrong_list_of_nodes_is_refused(text):
    with pytest.raises(UsageError, match="nodes"):
        slurm.expanded(text)


def test_tasks_of_nodes_are_counted():
    assert slurm.tasks_per_node("2(x3),1") == [2, 2, 2, 1]


@pytest.mark.parametrize("text", ["", "2(x3", "x", "2,", "2(x99999)", "99999", "-1"])
def test_a_wrong_number_of_tasks_is_refused(text):
    with pytest.raises(UsageError, match="is not a list of tasks on each node"):
        slurm.tasks_per_node(text)
