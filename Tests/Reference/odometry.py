"""Errors of trajectories as evo (and a plain loop for KITTI's drift) compute them.

Writes odometry.txt beside this file: lines `name: values` with the figures, from the files below
`$LAMELLA_DATA/kitti-poses` and `$LAMELLA_DATA/tum-euroc-trajectories`. Needs `pip install evo scipy`.
"""

import os
import pathlib

import numpy as np
from evo.core import lie_algebra, metrics, sync
from evo.tools import file_interface as files
from scipy.linalg import expm
from scipy.spatial.transform import Rotation

DATA = pathlib.Path(os.environ["LAMELLA_DATA"])
KITTI, TUM = DATA / "kitti-poses", DATA / "tum-euroc-trajectories"
out = []


def put(name, *values):
    out.append(name + ": " + " ".join(f"{float(v):.17g}" for v in values))


def ape(truth, estimate, relation=metrics.PoseRelation.translation_part):
    metric = metrics.APE(relation)
    metric.process_data((truth, estimate))
    s = metric.get_all_statistics()
    return [s[k] for k in ("rmse", "mean", "median", "std", "min", "max", "sse")]


def rpe(truth, estimate, relation, delta, all_pairs):
    metric = metrics.RPE(relation, delta, metrics.Unit.frames, all_pairs=all_pairs)
    metric.process_data((truth, estimate))
    return metric.get_all_statistics()["rmse"]


def compare(name, truth, estimate):
    import copy

    for method in ("none", "se3", "sim3", "scale"):
        e = copy.deepcopy(estimate)
        scale = 1.0
        if method != "none":
            scale = e.align(truth, correct_scale=method == "sim3", correct_only_scale=method == "scale")[2]
        put(f"{name} ate {method}", scale, *ape(truth, e))
        put(f"{name} turn {method}", *ape(truth, e, metrics.PoseRelation.rotation_angle_deg))
    for delta, pairs in ((1, True), (10, True), (10, False)):
        values = [
            rpe(truth, estimate, r, delta, pairs)
            for r in (metrics.PoseRelation.translation_part, metrics.PoseRelation.rotation_angle_deg)
        ]
        put(f"{name} rpe {delta} {'all' if pairs else 'apart'}", *values)


def drift(truth, estimate):
    """KITTI's t_err in %, r_err in degrees per 100 m, and both by length, by loops."""
    steps = [np.linalg.norm(b[:3, 3] - a[:3, 3]) for a, b in zip(truth, truth[1:])]
    path = np.concatenate(([0], np.cumsum(steps)))
    found = []
    for first in range(0, len(truth), 10):
        for length in range(100, 900, 100):
            last = next((k for k in range(first, len(path)) if path[k] > path[first] + length), None)
            if last is None:
                continue
            true = np.linalg.inv(truth[first]) @ truth[last]
            e = np.linalg.inv(np.linalg.inv(estimate[first]) @ estimate[last]) @ true
            angle = np.arccos(np.clip((np.trace(e[:3, :3]) - 1) / 2, -1, 1))
            found.append((length, np.linalg.norm(e[:3, 3]) / length, angle / length))
    found = np.array(found)
    figures = [len(found), 100 * found[:, 1].mean(), 1e2 * np.degrees(found[:, 2].mean())]
    for length in range(100, 900, 100):
        part = found[found[:, 0] == length]
        figures += [len(part), 100 * part[:, 1].mean(), 1e2 * np.degrees(part[:, 2].mean())]
    return figures


def kitti():
    for name, sequence in (("KITTI_00_ORB", "00"), ("KITTI_00_SPTAM", "00"), ("example1_09", "09"), ("example1_10", "10")):
        truth = files.read_kitti_poses_file(KITTI / "gt" / f"{sequence}.txt")
        estimate = files.read_kitti_poses_file(KITTI / "estimates" / f"{name}.txt")
        compare(name, truth, estimate)
        put(f"{name} drift", *drift(truth.poses_se3, estimate.poses_se3))


def stamped():
    for name, truth, estimate, reader in (
        ("rgbdslam", "freiburg1_xyz-groundtruth.txt", "freiburg1_xyz-rgbdslam.txt", files.read_tum_trajectory_file),
        ("fr1_mono", "freiburg1_xyz-groundtruth.txt", "freiburg1_xyz-ORB_kf_mono.txt", files.read_tum_trajectory_file),
        ("fr2_orb", "fr2_desk_groundtruth.txt", "fr2_desk_ORB.txt", files.read_tum_trajectory_file),
        ("fr2_mono", "fr2_desk_groundtruth.txt", "fr2_desk_ORB_kf_mono.txt", files.read_tum_trajectory_file),
        ("V102", "V102_groundtruth.csv", "V102.txt", files.read_euroc_csv_trajectory),
    ):
        t, e = reader(TUM / truth), files.read_tum_trajectory_file(TUM / estimate)
        t, e = sync.associate_trajectories(t, e)
        put(f"{name} pairs", t.num_poses, t.timestamps.sum(), e.timestamps.sum())
        compare(name, t, e)


def groups():
    """Maps between vectors, rotations and quaternions, of SciPy."""
    rng = np.random.default_rng(3)
    for k, angle in enumerate((0, 1e-9, 1e-5, 0.09, 0.11, 1, 3, 3.1415, np.pi)):
        w = rng.normal(size=3)
        w *= angle / np.linalg.norm(w)
        v = rng.normal(size=3)
        r = Rotation.from_rotvec(w)
        twist = np.zeros((4, 4))
        twist[:3, :3], twist[:3, 3] = lie_algebra.hat(w), v
        put(f"group {k}", *v, *w, *expm(twist)[:3].ravel(), *r.as_quat(), *r.as_euler("YXZ"))


kitti()
stamped()
groups()
path = pathlib.Path(__file__).with_suffix(".txt")
path.write_text("\n".join(out) + "\n")
