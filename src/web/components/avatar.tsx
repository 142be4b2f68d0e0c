/** The first letter on one of six quiet grounds: no picture is asked of anybody else's server. */
export function Avatar({ name }: { name: string }) {
  const ground = [...name].reduce((sum, letter) => sum + letter.codePointAt(0)!, 0) % 6;
  return (
    <span class={`avatar avatar-${ground}`} aria-hidden="true">
      {[...name][0]?.toUpperCase() ?? '?'}
    </span>
  );
}
