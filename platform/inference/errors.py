"""What can go wrong with a model.

InferenceError
├── WeightsRefused     the files on this disk are not the ones that models.lock names: reinstall, nothing else helps
├── ModelUnavailable   the model's server does not answer, or answers too late: retry later
└── ModelRefused       the model's server answers that it will not do this: retrying the same request is no use
"""


class InferenceError(Exception):
    """The message is one plain sentence that a person may see."""


class WeightsRefused(InferenceError):
    pass


class ModelUnavailable(InferenceError):
    pass


class ModelRefused(InferenceError):
    pass
