using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace RIL.Training.Layers;

/// <summary>
/// One forward and backward pass and what its own functions (<see cref="CustomBackward{T}"/>) leave behind on the way back. A managed
/// exception must not cross libtorch's frames, which would abort the process: a function's fault is remembered here and comes out when the
/// pass is back. The gradients they hand over live here too, since on a GPU the way back runs on a thread without a dispose scope.
/// </summary>
public sealed class BackwardPass : IDisposable
{
    [ThreadStatic]
    private static BackwardPass? _current;

    private readonly BackwardPass? _before;
    private readonly List<Tensor> _handedOver = [];
    private readonly Lock _lock = new();
    private ExceptionDispatchInfo? _fault;

    private BackwardPass()
    {
        _before = _current;
        _current = this;
    }

    /// <summary>The pass that this thread computes, if any.</summary>
    internal static BackwardPass? Current => _current;

    /// <summary>Begins a pass on this thread: what is computed until it is disposed belongs to it.</summary>
    public static BackwardPass Begin() => new();

    /// <summary>Goes back from a loss; throws what one of the functions on the way threw.</summary>
    public void Run(Tensor loss)
    {
        try
        {
            loss.backward();
        }
        catch (Exception) when (_fault is not null)
        {
            // The first fault is the cause.
        }
        Release();
        _fault?.Throw();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        _current = _before;
    }

    /// <summary>
    /// Runs a function's way back; after a fault nothing more is computed, and no gradient is what it gives.
    /// </summary>
    /// <param name="inputs">How many gradients are asked for.</param>
    /// <param name="arrived">The gradient that came, whose owner the pass becomes.</param>
    /// <param name="backward">Gives the gradients.</param>
    internal List<Tensor> Guard(int inputs, Tensor arrived, Func<List<Tensor>> backward)
    {
        // What was handed over before has been taken by now.
        Release();
        BackwardPass? outside = _current;
        _current = this;
        try
        {
            if (_fault is not null || arrived.IsInvalid) return None(inputs);
            List<Tensor> gradients = backward();
            lock (_lock)
            {
                _handedOver.Add(arrived.DetachFromDisposeScope());
                _handedOver.AddRange(gradients.Where(g => g is not null).Select(g => g.DetachFromDisposeScope()));
            }
            return gradients;
        }
        catch (Exception e)
        {
            _fault ??= ExceptionDispatchInfo.Capture(e);
            return None(inputs);
        }
        finally
        {
            _current = outside;
        }
    }

    private static List<Tensor> None(int inputs) => [.. Enumerable.Repeat<Tensor>(null!, inputs)];

    private void Release()
    {
        lock (_lock)
        {
            foreach (Tensor tensor in _handedOver) tensor.Dispose();
            _handedOver.Clear();
        }
    }
}
