import { answerWith } from '../../platform/thread.js';
import { renderMarkdown } from './markdown.js';

answerWith(renderMarkdown);
