using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace RIL.Training.Torch;

/// <summary>
/// ATen operators that TorchSharp 0.107 has no method for, called by name through libtorch's stable C interface; autograd works through
/// it. Handles are at::Tensor*, the same thing as <see cref="Tensor.Handle"/>.
/// </summary>
public static unsafe partial class Aten
{
    private const string Library = "torch_cpu";

    [LibraryImport(Library)]
    private static partial int aoti_torch_call_dispatcher(byte* name, byte* overload, ulong* stack);

    [LibraryImport(Library)]
    private static partial int aoti_torch_new_tensor_handle(IntPtr original, out IntPtr copy);

    [LibraryImport(Library)]
    private static partial int torch_new_list_reserve_size(nuint count, out IntPtr list);

    [LibraryImport(Library)]
    private static partial int torch_list_push_back(IntPtr list, ulong value);

    [LibraryImport(Library)]
    private static partial int aoti_torch_create_tensor_from_blob(
        IntPtr data, long rank, long* sizes, long* strides, long offset, int dtype, int device, int deviceIndex, out IntPtr tensor);

    /// <summary>
    /// Scaled dot-product attention with float mask and grouped queries: q [B,H,L,E], k and v [B,Hkv,S,E], mask broadcastable to [B,H,L,S]
    /// or null.
    /// </summary>
    public static Tensor ScaledDotProductAttention(Tensor query, Tensor key, Tensor value, Tensor? mask, bool causal, bool groupedQueries)
    {
        ulong* stack = stackalloc ulong[8];
        stack[0] = Argument(query);
        stack[1] = Argument(key);
        stack[2] = Argument(value);
        stack[3] = mask is null ? 0 : Optional(Argument(mask));
        stack[4] = Argument(0.0);
        stack[5] = causal ? 1UL : 0UL;
        stack[6] = 0;
        stack[7] = groupedQueries ? 1UL : 0UL;
        Call("aten::scaled_dot_product_attention"u8, ""u8, stack);
        KeepAlive(query, key, value, mask);
        return Tensor.UnsafeCreateTensor((IntPtr)stack[0]);
    }

    /// <summary>
    /// One AdamW step over lists of tensors in one kernel, in place; <paramref name="steps"/> hold the step numbers (float scalars),
    /// already incremented.
    /// </summary>
    public static void FusedAdamW(
        IReadOnlyList<Tensor> parameters, IReadOnlyList<Tensor> gradients, IReadOnlyList<Tensor> firstMoments,
        IReadOnlyList<Tensor> secondMoments,
        IReadOnlyList<Tensor> steps, double learningRate, double beta1, double beta2, double weightDecay, double epsilon)
    {
        ulong* stack = stackalloc ulong[15];
        stack[0] = ListArgument(parameters);
        stack[1] = ListArgument(gradients);
        stack[2] = ListArgument(firstMoments);
        stack[3] = ListArgument(secondMoments);
        stack[4] = ListArgument([]);
        stack[5] = ListArgument(steps);
        stack[6] = Argument(learningRate);
        stack[7] = Argument(beta1);
        stack[8] = Argument(beta2);
        stack[9] = Argument(weightDecay);
        stack[10] = Argument(epsilon);
        stack[11] = 0; // amsgrad
        stack[12] = 0; // maximize
        stack[13] = 0; // grad_scale
        stack[14] = 0; // found_inf
        Call("aten::_fused_adamw_"u8, ""u8, stack);
        GC.KeepAlive(parameters);
        GC.KeepAlive(gradients);
        GC.KeepAlive(firstMoments);
        GC.KeepAlive(secondMoments);
        GC.KeepAlive(steps);
    }

    /// <summary>
    /// A CPU tensor over memory that somebody else owns and keeps alive (a mapped file); contiguous, read-only by convention.
    /// </summary>
    public static Tensor FromMemory(IntPtr data, ReadOnlySpan<long> shape, ScalarType dtype)
    {
        Span<long> strides = stackalloc long[shape.Length];
        long step = 1;
        for (int i = shape.Length - 1; i >= 0; i--)
        {
            strides[i] = step;
            step *= shape[i];
        }
        fixed (long* sizes = shape)
        fixed (long* strideValues = strides)
        {
            Check(aoti_torch_create_tensor_from_blob(data, shape.Length, sizes, strideValues, 0, (int)dtype, 0, 0, out IntPtr handle),
                "from_blob");
            return Tensor.UnsafeCreateTensor(handle);
        }
    }

    private static void Call(ReadOnlySpan<byte> name, ReadOnlySpan<byte> overload, ulong* stack)
    {
        // u8 literals end in a zero that is not part of the span.
        fixed (byte* n = name)
        fixed (byte* o = &MemoryMarshal.GetReference(overload))
        {
            byte empty = 0;
            Check(aoti_torch_call_dispatcher(n, overload.IsEmpty ? &empty : o, stack), System.Text.Encoding.ASCII.GetString(name));
        }
    }

    private static ulong Argument(Tensor tensor)
    {
        Check(aoti_torch_new_tensor_handle(tensor.Handle, out IntPtr copy), "new_tensor_handle");
        GC.KeepAlive(tensor);
        return (ulong)copy;
    }

    private static ulong Argument(double value) => BitConverter.DoubleToUInt64Bits(value);

    private static ulong Optional(ulong value)
    {
        // The callee frees this cell with free().
        var cell = (ulong*)NativeMemory.Alloc(sizeof(ulong));
        *cell = value;
        return (ulong)cell;
    }

    private static ulong ListArgument(IReadOnlyList<Tensor> tensors)
    {
        Check(torch_new_list_reserve_size((nuint)tensors.Count, out IntPtr list), "new_list");
        foreach (Tensor tensor in tensors) Check(torch_list_push_back(list, Argument(tensor)), "list_push_back");
        return (ulong)list;
    }

    private static void KeepAlive(Tensor a, Tensor b, Tensor c, Tensor? d)
    {
        GC.KeepAlive(a);
        GC.KeepAlive(b);
        GC.KeepAlive(c);
        GC.KeepAlive(d);
    }

    private static void Check(int code, string operation)
    {
        if (code != 0) throw new InvalidOperationException(
            $"libtorch refused {operation} (code {code}); its own message is on the standard error stream.");
    }
}
